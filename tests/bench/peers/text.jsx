/** The one text of every page that is measured: tests/bench/pages has it too. */
export function Text() {
  return (
    <main>
      <h1>Members</h1>
      <p>The same words on every page, so that only what stands before them differs.</p>
    </main>
  );
}
