import { Alert } from "@/ui/alert";
import { Section } from "@/ui/section";

/** In the place of a part whose answer did not come. */
export function NoAnswer({ title, text }: { title: string; text: string }) {
  return (
    <Section title={title}>
      <Alert tone="warning">{text}</Alert>
    </Section>
  );
}
