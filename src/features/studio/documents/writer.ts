import type { Result } from "@/access/door";

/** A pause in writing after which a text is saved; longer where there is more to send. And how long nobody waits who never pauses. */
const PAUSE_MS = 5_000;
const MORE_MS_PER_CHARACTER = 0.02;
const MAX_WAIT_MS = 60_000;

export type Answer = Result<{ updatedAt: string }>;

export interface Saving {
  state: "saved" | "unsaved" | "saving" | "refused";
  /** When it was saved here last, ISO 8601; empty before the first time. */
  savedAt: string;
  /** Why it was not; null where no answer came. */
  problem: Extract<Answer, { ok: false }>["error"] | null;
  /** Whether somebody pressed the button: then the field that is wrong may take the focus. */
  asked: boolean;
}

interface Ways {
  save(form: FormData): Promise<Answer>;
  show(saving: Saving): void;
  /** Whether its writer goes all the same. */
  mayLeave(): boolean;
  /** The fields are gone, and something of them was saved: what the browser keeps of pages is older. */
  left(): void;
  /** Left behind, the text was refused: nobody sees the fields any more. */
  lost(): void;
}

/** Saves what is written in one form, each time from what the last save left, so that nothing is written over that somebody else has written. */
export class Writer {
  /** Counted, so that what is typed while a save is under way is not taken for saved. */
  private edits = 0;
  private saved = 0;
  private savedAt = "";
  private waitsSince = 0;
  private notBefore = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Sent, and nobody knows whether it arrived: it goes out again as it was, or what was written since would seem to write over it. */
  private unanswered: { typed: FormData; edits: number } | null = null;
  private last: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly form: HTMLFormElement,
    private readAt: string,
    private readonly ways: Ways,
  ) {}

  /** Saves at each pause, when the tab is hidden, and before a link within the site is followed. Returns what ends it. */
  watch(): () => void {
    const watched = new AbortController();
    const { signal } = watched;
    // Behind React's own listener, at the document: told before it, a controlled field would lose the letter just typed.
    addEventListener("input", ({ target }) => target instanceof Node && this.form.contains(target) && this.typed(), { signal });
    this.form.addEventListener("keydown", (event) => this.pressed(event), { signal });
    document.addEventListener("click", (event) => this.leaving(event), { signal, capture: true });
    document.addEventListener("visibilitychange", () => document.hidden && void this.flush(), { signal });
    addEventListener("beforeunload", (event) => this.isUnsaved && event.preventDefault(), { signal });
    return () => {
      watched.abort();
      // By the browser's way back nobody can be asked: the text is sent all the same.
      void this.flush().then((isSaved) => {
        if (this.savedAt) this.ways.left();
        if (!isSaved) this.ways.lost();
      });
    };
  }

  /** Saves what is not saved yet, after what is under way; whether all of it is saved then. */
  flush(asked = false): Promise<boolean> {
    clearTimeout(this.timer);
    this.last = this.last.then(() => (this.isUnsaved || asked ? this.attempt(asked) : true));
    return this.last;
  }

  /** The text is gone: nothing of it is saved any more. */
  discard(): void {
    clearTimeout(this.timer);
    this.saved = this.edits;
  }

  private get isUnsaved(): boolean {
    return this.saved !== this.edits;
  }

  private async attempt(asked: boolean): Promise<boolean> {
    const before = this.unanswered;
    const sent = before ?? { typed: new FormData(this.form), edits: this.edits };
    this.waitsSince = Date.now();
    sent.typed.set("updatedAt", this.readAt);
    this.tell("saving");
    const answer = await this.ways.save(sent.typed).catch(() => null);
    this.unanswered = answer && (answer.ok || answer.error.code !== "unavailable") ? null : sent;
    if (!answer?.ok) {
      this.tell("refused", { problem: answer?.error ?? null, asked });
      this.again(answer);
      return false;
    }
    this.saved = sent.edits;
    this.readAt = answer.data.updatedAt;
    this.savedAt = answer.data.updatedAt;
    this.tell(this.isUnsaved ? "unsaved" : "saved");
    return before && this.isUnsaved ? this.attempt(asked) : !this.isUnsaved;
  }

  /** What nobody answered, and what may go well later, is tried again without a word of theirs. */
  private again(answer: Extract<Answer, { ok: false }> | null): void {
    if (answer && answer.error.retryAfter === undefined) return;
    this.notBefore = Date.now() + (answer?.error.retryAfter ?? 0) * 1000;
    this.later();
  }

  private typed(): void {
    if (!this.isUnsaved) this.waitsSince = Date.now();
    this.edits++;
    this.tell("unsaved");
    this.later();
  }

  private later(): void {
    const text = this.form.querySelector("textarea[name=content]");
    const length = text instanceof HTMLTextAreaElement ? text.textLength : 0;
    const wait = Math.min(PAUSE_MS + length * MORE_MS_PER_CHARACTER, this.waitsSince + MAX_WAIT_MS - Date.now());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), Math.max(0, wait, this.notBefore - Date.now()));
  }

  private tell(state: Saving["state"], why: Pick<Saving, "problem" | "asked"> = { problem: null, asked: false }): void {
    this.ways.show({ state, savedAt: this.savedAt, ...why });
  }

  /** As in every editor. */
  private pressed(event: KeyboardEvent): void {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    void this.flush(true);
  }

  private leaving(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link?.href || !this.isUnsaved || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void this.flush().then((isSaved) => {
      if (!isSaved && !this.ways.mayLeave()) return;
      this.discard();
      link.click();
    });
  }
}
