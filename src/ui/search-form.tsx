import type { ReactNode } from "react";
import { Button, buttonVariants } from "./button";
import { Input } from "./input";
import { SearchKey } from "./search-key";
import { SoftLink } from "./soft-link";

type SearchFormProps = {
  /** Where it leads, and what is there without any search. */
  action: string;
  id: string;
  value: string | undefined;
  maxLength: number;
  /** Whether anything is asked for that can be cleared. */
  isSet: boolean;
  texts: { label: string; submit: string; clear: string };
  /** Choices beside the field, and what stands below the whole. */
  beside?: ReactNode;
  children?: ReactNode;
};

/** A plain form of GET, so that what is looked for is an address; `/` jumps to it. */
export function SearchForm({ action, id, value, maxLength, isSet, texts, beside, children }: SearchFormProps) {
  return (
    <search className="mb-4 block">
      <form action={action} className="flex flex-wrap gap-2">
        <Input
          id={id}
          name="q"
          type="search"
          defaultValue={value}
          maxLength={maxLength}
          placeholder={texts.label}
          aria-label={texts.label}
          aria-keyshortcuts="/"
          className={beside ? "min-w-40 flex-1 max-sm:basis-full sm:max-w-72" : "min-w-40 flex-1 sm:max-w-72"}
        />
        {beside}
        <Button type="submit" variant="secondary">
          {texts.submit}
        </Button>
        {isSet && (
          <SoftLink href={action} className={buttonVariants({ variant: "ghost" })}>
            {texts.clear}
          </SoftLink>
        )}
        <SearchKey inputId={id} />
        {children}
      </form>
    </search>
  );
}
