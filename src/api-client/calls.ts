// Made from docs/openapi.json by `npm run routes`: what each call takes and answers.
export interface Calls {
  /** Has a document made in this format: `{ jobId }`, followed at /api/jobs/[id]. */
  "POST /api/blog/{id}/export": { params: { id: string }; body: { "format": "EPUB" | "PDF" | "DOCX" | "MARKDOWN" | "HTML" }; answer: { "jobId": string } };
  /** The formats a post is made in, each with its latest document, fetched at /api/files/[id], and its latest job. */
  "GET /api/blog/{id}/format": { params: { id: string }; answer: { "formats": ({ "format": "EPUB" | "PDF" | "DOCX" | "MARKDOWN" | "HTML"; "document": { "id": string; "name": string; "sizeBytes": number; "createdAt": string } | null; "job": { "id": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "createdAt": string } | null })[] } };
  /** A post with what stands in it, in Markdown. */
  "GET /api/blog/{id}": { params: { id: string }; answer: { "id": string; "title": string; "excerpt": string; "tags": (string)[]; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string; "content": string; "author": string | null; "organizationId": string | null; "isOwn": boolean } };
  /** Changes what is named; with `updatedAt`, only if nobody has changed the post since. */
  "PATCH /api/blog/{id}": { params: { id: string }; body: { "title"?: string; "excerpt"?: string; "content"?: string; "language"?: string; "tags"?: (string)[]; "updatedAt"?: string }; answer: { "id": string; "title": string; "excerpt": string; "tags": (string)[]; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string; "content": string; "author": string | null; "organizationId": string | null; "isOwn": boolean } };
  /** Deletes the post with everything that was made of it. */
  "DELETE /api/blog/{id}": { params: { id: string }; answer: undefined };
  /** The person's own posts, newest first, without what stands in them: `{ posts, next }`; `?cursor=` with the `next` of the page before. */
  "GET /api/blog": { query: { cursor?: string | undefined }; answer: { "posts": ({ "id": string; "title": string; "excerpt": string; "tags": (string)[]; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string })[]; "next": string | null } };
  /** Makes a post: `{ id }`. */
  "POST /api/blog": { body: { "title": string; "excerpt"?: string; "content"?: string; "language"?: string; "tags"?: (string)[] }; answer: { "id": string } };
  /** Has a document made in this format: `{ jobId }`, followed at /api/jobs/[id]. */
  "POST /api/books/{id}/export": { params: { id: string }; body: { "format": "EPUB" | "PDF" | "DOCX" | "MARKDOWN" | "HTML" }; answer: { "jobId": string } };
  /** The formats a book is made in, each with its latest document, fetched at /api/files/[id], and its latest job. */
  "GET /api/books/{id}/format": { params: { id: string }; answer: { "formats": ({ "format": "EPUB" | "PDF" | "DOCX" | "MARKDOWN" | "HTML"; "document": { "id": string; "name": string; "sizeBytes": number; "createdAt": string } | null; "job": { "id": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "createdAt": string } | null })[] } };
  /** A book with its chapters in their order; what stands in one is at /api/chapters/[id]. */
  "GET /api/books/{id}": { params: { id: string }; answer: { "id": string; "title": string; "description": string; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string; "author": string | null; "organizationId": string | null; "isOwn": boolean; "chapters": ({ "id": string; "position": number; "title": string; "updatedAt": string })[] } };
  /** Changes what is named; with `updatedAt`, only if nobody has changed the book since. */
  "PATCH /api/books/{id}": { params: { id: string }; body: { "title"?: string; "description"?: string; "language"?: string; "updatedAt"?: string }; answer: { "id": string; "title": string; "description": string; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string; "author": string | null; "organizationId": string | null; "isOwn": boolean; "chapters": ({ "id": string; "position": number; "title": string; "updatedAt": string })[] } };
  /** Deletes the book with everything that was made of it. */
  "DELETE /api/books/{id}": { params: { id: string }; answer: undefined };
  /** The person's own books, newest first: `{ books, next }`; `?cursor=` with the `next` of the page before. */
  "GET /api/books": { query: { cursor?: string | undefined }; answer: { "books": ({ "id": string; "title": string; "description": string; "language": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "coverUrl": string | null; "createdAt": string; "updatedAt": string; "chapters": number })[]; "next": string | null } };
  /** Makes a book: `{ id }`. */
  "POST /api/books": { body: { "title": string; "description"?: string; "language"?: string }; answer: { "id": string } };
  /** A chapter with what stands in it, in Markdown. */
  "GET /api/chapters/{id}": { params: { id: string }; answer: { "id": string; "position": number; "title": string; "updatedAt": string; "bookId": string; "content": string; "createdAt": string } };
  /** Changes what is named, its `position` among them; with `updatedAt`, only if nobody has written in it since. */
  "PATCH /api/chapters/{id}": { params: { id: string }; body: { "title"?: string; "content"?: string; "position"?: number; "updatedAt"?: string }; answer: { "id": string; "position": number; "title": string; "updatedAt": string; "bookId": string; "content": string; "createdAt": string } };
  /** Deletes the chapter; those behind it move up. */
  "DELETE /api/chapters/{id}": { params: { id: string }; answer: undefined };
  /** Adds a chapter at the end of a book: `{ id, position, updatedAt }`. */
  "POST /api/chapters": { body: { "bookId": string; "title": string; "content"?: string }; answer: { "id": string; "position": number; "updatedAt": string } };
  /** Deletes the file. */
  "DELETE /api/files/{id}": { params: { id: string }; answer: undefined };
  /** The person's own files, newest first: `{ files, next }`; `?kind=`, `?limit=` (50, at most 100), and `?cursor=` with the `next` of the page before. */
  "GET /api/files": { query: { cursor?: string | undefined; kind?: "IMAGE" | "VIDEO" | "BOOK" | "BLOG" | "OTHER" | undefined; view?: "list" | "grid" | undefined; shared?: "1" | undefined; limit?: number | undefined }; answer: { "files": ({ "id": string; "name": string; "sizeBytes": number; "contentType": string; "createdAt": string })[]; "next": string | null } };
  /** A job and its results, each with the id by which /api/files/[id] leads to its bytes. */
  "GET /api/jobs/{id}": { params: { id: string }; answer: { "id": string; "kind": "IMAGE" | "VIDEO" | "BOOK" | "BLOG"; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "imageGenerationId": string | null; "videoGenerationId": string | null; "bookId": string | null; "blogPostId": string | null; "createdAt": string; "startedAt": string | null; "completedAt": string | null; "files": ({ "id": string; "name": string; "sizeBytes": number; "contentType": string; "jobIndex": number | null })[] } };
  /** Cancels the job; what has arrived stays. */
  "DELETE /api/jobs/{id}": { params: { id: string }; answer: undefined };
  /** How far a job is, for whoever polls: status, step, percentage, why it failed and which attempt it is. */
  "GET /api/jobs/{id}/status": { params: { id: string }; answer: { "id": string; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number } };
  /** The person's own jobs, newest first: `{ jobs, next }`; `?kind=`, and `?cursor=` with the `next` of the page before. */
  "GET /api/jobs": { query: { cursor?: string | undefined; kind?: "IMAGE" | "VIDEO" | "BOOK" | "BLOG" | undefined }; answer: { "jobs": ({ "id": string; "kind": "IMAGE" | "VIDEO" | "BOOK" | "BLOG"; "status": "PENDING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED"; "step": string | null; "progress": number; "error": string | null; "attempt": number; "imageGenerationId": string | null; "videoGenerationId": string | null; "bookId": string | null; "blogPostId": string | null; "createdAt": string; "startedAt": string | null; "completedAt": string | null })[]; "next": string | null } };
}
