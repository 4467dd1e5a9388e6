import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

// ipx as its README starts it, with its own defaults. Arguments: the folder with its packages, the port.
const [folder = "", port = "0"] = process.argv.slice(2);
const { createIPX, createIPXNodeServer, ipxHttpStorage } = createRequire(join(folder, "package.json"))("ipx");
const ipx = createIPX({ storage: ipxHttpStorage({ domains: ["127.0.0.1"] }), maxAge: 60 });
createServer(createIPXNodeServer(ipx)).listen(Number(port), "127.0.0.1", () => console.log("ready"));
