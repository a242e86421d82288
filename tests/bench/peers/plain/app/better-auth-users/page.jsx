import { headers } from "next/headers";
import { withAdmin } from "../../../better-auth";

/** A page of people from the admin plugin: fifty, from an offset, or those whose address holds a text. */
export default async function Page({ searchParams }) {
  const { offset = "0", q } = await searchParams;
  const search = q ? { searchValue: q, searchField: "email", searchOperator: "contains" } : {};
  const query = { limit: 50, offset: Number(offset), sortBy: "createdAt", sortDirection: "desc", ...search };
  const { users, total } = await withAdmin.api.listUsers({ query, headers: await headers() });
  return (
    <main>
      <h1>Users</h1>
      <p>{total}</p>
      <table>
        <tbody>
          {users.map(({ id, name, email, role, createdAt }) => (
            <tr key={id}>
              <td>{name}</td>
              <td>{email}</td>
              <td>{role}</td>
              <td>{createdAt.toISOString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </main>
  );
}
