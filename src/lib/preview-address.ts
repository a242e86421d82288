/** Where a file's small picture is: on this site, for whoever may see it at the moment they ask. No signed URL, which would outlive that. */
export function previewAddress(fileId: string): string {
  return `/api/files/${fileId}/preview`;
}
