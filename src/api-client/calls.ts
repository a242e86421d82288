// Made from docs/openapi.json by `npm run routes`: what each call takes and answers.
export interface Calls {
  /** Deletes the file. */
  "DELETE /api/files/{id}": { params: { id: string }; answer: undefined };
  /** The person's own files, newest first: `{ files, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
  "GET /api/files": { query: { cursor?: string | undefined; kind?: "IMAGE" | "VIDEO" | "BOOK" | "BLOG" | "OTHER" | undefined; view?: "list" | "grid" | undefined; shared?: "1" | undefined }; answer: { "files": ({ "id": string; "name": string; "sizeBytes": number; "contentType": string; "createdAt": string })[]; "next": string | null } };
  /** A job and its results, each with the id by which /api/files/[id] leads to its bytes. */
  "GET /api/jobs/{id}": { params: { id: string }; answer: { "id": string; "kind": "IMAGE" | "VIDEO" | "BOOK" | "BLOG"; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "imageGenerationId": string | null; "videoGenerationId": string | null; "bookId": string | null; "blogPostId": string | null; "createdAt": string; "startedAt": string | null; "completedAt": string | null; "files": ({ "id": string; "name": string; "sizeBytes": number; "contentType": string; "jobIndex": number | null })[] } };
  /** Cancels the job; what has arrived stays. */
  "DELETE /api/jobs/{id}": { params: { id: string }; answer: undefined };
  /** How far a job is, for whoever polls: status, step, percentage, why it failed and which attempt it is. */
  "GET /api/jobs/{id}/status": { params: { id: string }; answer: { "id": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number } };
  /** The person's own jobs, newest first: `{ jobs, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
  "GET /api/jobs": { query: { cursor?: string | undefined; kind?: "IMAGE" | "VIDEO" | "BOOK" | "BLOG" | undefined }; answer: { "jobs": ({ "id": string; "kind": "IMAGE" | "VIDEO" | "BOOK" | "BLOG"; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "imageGenerationId": string | null; "videoGenerationId": string | null; "bookId": string | null; "blogPostId": string | null; "createdAt": string; "startedAt": string | null; "completedAt": string | null })[]; "next": string | null } };
}
