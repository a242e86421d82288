/** What a person is as themselves, wherever they go: a file of people, one that is read, their own archive. No secret is among them. */
export const PERSON_COLUMNS = {
  id: true,
  email: true,
  emailVerified: true,
  name: true,
  image: true,
  role: true,
  city: true,
  interests: true,
  bio: true,
  locale: true,
  theme: true,
  publicMetadata: true,
  unsafeMetadata: true,
} as const;
