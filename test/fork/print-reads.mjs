// A command to record: prints the answers to the JSON-RPC requests it is given, one a line, from the endpoint in its
// environment. Each argument is a method, a space, and its parameters as JSON.
const url = process.env["MAINNET_RPC_URL"];
for (const request of process.argv.slice(2)) {
  const [method] = request.split(" ", 1);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: JSON.parse(request.slice(method.length)) });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { result, error } = await response.json();
  console.log(`${method} ${JSON.stringify(error ?? result)}`);
}
