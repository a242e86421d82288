/** The four routes of GitHub Enterprise that sign-in uses, by the name a switch calls them. */
export const ROUTES = {
  "/login/oauth/authorize": "authorize",
  "/login/oauth/access_token": "token",
  "/api/v3/user": "user",
  "/api/v3/user/emails": "emails",
} as const;

export interface Account {
  id: number;
  login: string;
  name: string | null;
  email: string;
}

/** What may go otherwise than well. They may be changed at any time and hold for every account. */
export interface Switches {
  /** Authorize at once, without the page. */
  approve: boolean;
  /** The person cancels: access_denied at once. */
  denied: boolean;
  /** The profile shows no address; the e-mails endpoint still lists it. */
  privateEmail: boolean;
  unverifiedEmail: boolean;
  /** No address anywhere. */
  noEmail: boolean;
  /** The address the person has at GitHub by now, instead of the account's own. */
  changeEmail: string | null;
  /** Milliseconds before any answer. */
  slow: number;
  /** The route that answers 500. */
  fail: (typeof ROUTES)[keyof typeof ROUTES] | null;
}

/** Nothing goes otherwise than well, and the page asks. */
export const CALM: Switches = {
  approve: false,
  denied: false,
  privateEmail: false,
  unverifiedEmail: false,
  noEmail: false,
  changeEmail: null,
  slow: 0,
  fail: null,
};
