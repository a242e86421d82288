/**
 * Cuts the connections with the most bytes that their readers do not take, while those of all together are more than `most`: whoever
 * asks for much and reads nothing would fill the memory of everybody else. The transfers of files hold little, and have a watch
 * of their own (src/storage/connection.ts).
 * @param {import("node:net").Server} server @param {{ most: number, everyMs: number }} limits
 */
export function limitUnread(server, { most, everyMs }) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  setInterval(() => {
    let unread = [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
    if (unread <= most) return;
    for (const socket of [...sockets].sort((a, b) => b.writableLength - a.writableLength)) {
      if (unread <= most) return;
      unread -= socket.writableLength;
      socket.destroy();
    }
  }, everyMs).unref();
}
