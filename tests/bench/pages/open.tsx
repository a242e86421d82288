/** The same page without the door. */
export default function OpenPage() {
  return (
    <main>
      <h1>Members</h1>
      <p>The same words on every page, so that only what stands before them differs.</p>
    </main>
  );
}
