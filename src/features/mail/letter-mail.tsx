import { Body, Button, Container, Head, Heading, Hr, Html, Img, Link, Preview, Section, Text } from "@react-email/components";
import type { CSSProperties } from "react";
import type { Letter } from "./letter";
import { MARK_CID } from "./mark";

/* The light half of src/app/globals.css, as hexadecimal: mail programs know no OKLCH and no variables. */
const light = {
  ground: "#fbfaf7",
  paper: "#ffffff",
  text: "#211c17",
  muted: "#635c57",
  border: "#e5e2df",
  ember: "#bc4d1a",
  onEmber: "#ffffff",
};
const dark = {
  ground: "#13100d",
  paper: "#1b1714",
  text: "#f3f1ef",
  muted: "#aeaaa5",
  border: "#2f2a26",
  ember: "#ee8545",
  onEmber: "#1e130e",
};

/**
 * For programs that follow the reader's theme and understand media queries; the others show the light half. The ground is
 * named twice, because React Email paints it on the body and on a cell within.
 */
const DARK_STYLES = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground,.ground>table>tbody>tr>td{background-color:${dark.ground}!important}
.paper{background-color:${dark.paper}!important;border-color:${dark.border}!important}
.text{color:${dark.text}!important}
.muted{color:${dark.muted}!important}
.rule{border-color:${dark.border}!important}
.ember{background-color:${dark.ember}!important;color:${dark.onEmber}!important}
.ember span{color:${dark.onEmber}!important}
}
@media (max-width:480px){.paper{padding:24px 20px!important}}`;

const FONT = "Inter, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const paragraph: CSSProperties = { margin: "0 0 16px", color: light.text, fontSize: 16, lineHeight: "24px" };
const small: CSSProperties = { margin: 0, color: light.muted, fontSize: 13, lineHeight: "20px" };

type LetterMailProps = { letter: Letter; locale: string; site: { name: string; url: string } };

/** One letter on one sheet: the mark, what it is about, one button, its address in plain, and why one got it. */
export function LetterMail({ letter, locale, site }: LetterMailProps) {
  const { subject, greeting, body, facts, action, copyLink, after, why } = letter;
  return (
    <Html lang={locale} dir="ltr">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style>{DARK_STYLES}</style>
      </Head>
      <Body className="ground" style={{ margin: 0, padding: "32px 12px", backgroundColor: light.ground, fontFamily: FONT }}>
        <Preview>{body}</Preview>
        <Container style={{ maxWidth: 600, margin: "0 auto" }}>
          <Section style={{ padding: "0 4px 20px" }}>
            <Img src={`cid:${MARK_CID}`} alt="" width="28" height="28" style={{ display: "inline-block", verticalAlign: "middle" }} />
            <span
              className="text"
              style={{
                paddingLeft: 10,
                color: light.text,
                fontSize: 17,
                fontWeight: 600,
                verticalAlign: "middle",
                letterSpacing: "-0.01em",
              }}
            >
              {site.name}
            </span>
          </Section>
          <Section
            className="paper"
            style={{ padding: "36px 40px", backgroundColor: light.paper, border: `1px solid ${light.border}`, borderRadius: 12 }}
          >
            <Heading
              as="h1"
              className="text"
              style={{ margin: "0 0 20px", color: light.text, fontSize: 24, fontWeight: 600, lineHeight: "32px" }}
            >
              {subject}
            </Heading>
            <Text className="text" style={paragraph}>
              {greeting}
            </Text>
            <Text className="text" style={paragraph}>
              {body}
            </Text>
            {facts.length > 0 && <Facts facts={facts} />}
            {action && (
              <Section style={{ padding: "8px 0 24px" }}>
                <Button
                  href={action.url}
                  className="ember"
                  style={{
                    padding: "12px 22px",
                    backgroundColor: light.ember,
                    borderRadius: 8,
                    color: light.onEmber,
                    fontSize: 16,
                    fontWeight: 600,
                    lineHeight: "24px",
                    textDecoration: "none",
                  }}
                >
                  {action.label}
                </Button>
              </Section>
            )}
            {after && (
              <Text className="text" style={{ ...paragraph, margin: 0 }}>
                {linked(after)}
              </Text>
            )}
            {action && (
              <>
                <Hr className="rule" style={{ margin: "28px 0 20px", border: "none", borderTop: `1px solid ${light.border}` }} />
                <Text className="muted" style={small}>
                  {copyLink}
                </Text>
                <Text style={{ ...small, wordBreak: "break-all" }}>
                  <Link href={action.url} className="muted" style={{ color: light.muted, textDecoration: "underline" }}>
                    {action.url}
                  </Link>
                </Text>
              </>
            )}
          </Section>
          <Text className="muted" style={{ ...small, padding: "20px 4px 0" }}>
            {why}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

/** An address within a sentence as a link; at odd places stands what the pattern caught. */
function linked(text: string) {
  return text.split(/(https?:\/\/\S+)/).map((part, at) =>
    at % 2 === 1 ? (
      <Link key={part} href={part} className="text" style={{ color: light.text, textDecoration: "underline", wordBreak: "break-all" }}>
        {part}
      </Link>
    ) : (
      part
    ),
  );
}

function Facts({ facts }: { facts: Letter["facts"] }) {
  return (
    <Section
      className="rule"
      style={{ margin: "0 0 16px", borderTop: `1px solid ${light.border}`, borderBottom: `1px solid ${light.border}` }}
    >
      {facts.map(({ label, value }) => (
        <tr key={label}>
          <td className="muted" style={{ ...small, width: 120, padding: "8px 12px 8px 0", verticalAlign: "top" }}>
            {label}
          </td>
          <td className="text" style={{ padding: "8px 0", color: light.text, fontSize: 15, lineHeight: "20px", wordBreak: "break-word" }}>
            {value}
          </td>
        </tr>
      ))}
    </Section>
  );
}
