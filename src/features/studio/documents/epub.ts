import { escaped, htmlOf, STYLE } from "./html";
import type { Manuscript } from "./manuscript";
import { parseMarkdown } from "./markdown";
import { zipped } from "./zip";

/** An EPUB 3.3 publication: its mimetype first and stored, one document a chapter, and a navigation document. */
export function makeEpub(manuscript: Manuscript): Promise<Buffer> {
  const chapters = manuscript.chapters.map(({ title, content }, index) => {
    const name = `chapter-${String(index + 1).padStart(4, "0")}`;
    const shown = title ?? manuscript.title;
    return { name, title: shown, page: page(manuscript, shown, `<h1>${escaped(shown)}</h1>\n${htmlOf(parseMarkdown(content), 1)}`) };
  });
  return zipped(
    [
      { name: "mimetype", content: "application/epub+zip", stored: true },
      { name: "META-INF/container.xml", content: CONTAINER },
      { name: "EPUB/package.opf", content: packageOf(manuscript, chapters) },
      { name: "EPUB/nav.xhtml", content: navigation(manuscript, chapters) },
      { name: "EPUB/title.xhtml", content: titlePage(manuscript) },
      { name: "EPUB/style.css", content: STYLE },
      ...(manuscript.cover
        ? [
            { name: "EPUB/cover.xhtml", content: coverPage(manuscript) },
            { name: "EPUB/cover.jpg", content: manuscript.cover, stored: true },
          ]
        : []),
      ...chapters.map(({ name, page: content }) => ({ name: `EPUB/${name}.xhtml`, content })),
    ],
    new Date(manuscript.updatedAt),
  );
}

const CONTAINER = `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
`;

const COVER_ITEMS = `<item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>
<item id="cover-page" href="cover.xhtml" media-type="application/xhtml+xml"/>
`;

interface ChapterPage {
  name: string;
  title: string;
}

function packageOf({ id, title, lead, author, language, tags, updatedAt, cover }: Manuscript, chapters: ChapterPage[]): string {
  const items = chapters.map(({ name }) => `<item id="${name}" href="${name}.xhtml" media-type="application/xhtml+xml"/>`);
  const refs = chapters.map(({ name }) => `<itemref idref="${name}"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="${escaped(language)}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:${id}</dc:identifier>
<dc:title>${escaped(title)}</dc:title>
<dc:language>${escaped(language)}</dc:language>
${author ? `<dc:creator>${escaped(author)}</dc:creator>\n` : ""}${lead ? `<dc:description>${escaped(lead)}</dc:description>\n` : ""}${tags.map((tag) => `<dc:subject>${escaped(tag)}</dc:subject>\n`).join("")}<meta property="dcterms:modified">${updatedAt.slice(0, 19)}Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="title" href="title.xhtml" media-type="application/xhtml+xml"/>
<item id="style" href="style.css" media-type="text/css"/>
${cover ? COVER_ITEMS : ""}${items.join("\n")}
</manifest>
<spine>
${cover ? '<itemref idref="cover-page"/>\n' : ""}<itemref idref="title"/>
<itemref idref="nav"/>
${refs.join("\n")}
</spine>
</package>
`;
}

function navigation(manuscript: Manuscript, chapters: ChapterPage[]): string {
  const contents = escaped(manuscript.contents ?? manuscript.title);
  // An empty list would be no navigation: a book without chapters leads to its title.
  const entries = chapters.length > 0 ? chapters : [{ name: "title", title: manuscript.title }];
  const items = entries.map(({ name, title }) => `<li><a href="${name}.xhtml">${escaped(title)}</a></li>`);
  return page(
    manuscript,
    manuscript.contents ?? manuscript.title,
    `<nav epub:type="toc"><h1>${contents}</h1><ol>\n${items.join("\n")}\n</ol></nav>`,
  );
}

function coverPage(manuscript: Manuscript): string {
  return page(manuscript, manuscript.title, `<p class="cover"><img src="cover.jpg" alt="${escaped(manuscript.title)}"/></p>`);
}

function titlePage(manuscript: Manuscript): string {
  const { title, author, lead } = manuscript;
  return page(
    manuscript,
    title,
    `<h1>${escaped(title)}</h1>\n${author && `<p>${escaped(author)}</p>`}${lead ? `\n<p>${escaped(lead)}</p>` : ""}`,
  );
}

function page({ language }: Manuscript, title: string, body: string): string {
  const at = escaped(language);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="${at}" xml:lang="${at}">
<head><title>${escaped(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
${body}
</body>
</html>
`;
}
