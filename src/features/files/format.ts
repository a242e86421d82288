/** What people call a type: "PDF", "PNG", "Word". */
export function typeName(contentType: string): string {
  const [, subtype = contentType] = contentType.split("/");
  const known: Record<string, string> = {
    plain: "TXT",
    markdown: "Markdown",
    mpeg: "MP3",
    "epub+zip": "EPUB",
    "vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
  };
  return known[subtype] ?? subtype.toUpperCase();
}

/** Whether the browser can show a file of this type in the page. */
export function hasPreview(contentType: string): boolean {
  return /^(image|video|audio)\//.test(contentType);
}
