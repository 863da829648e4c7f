// Reads BPMN 2.0 from standard input as other tools do, and writes it again: {warnings, xml} on standard output.
import { BpmnModdle } from "bpmn-moddle";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const moddle = new BpmnModdle();
const { rootElement, warnings } = await moddle.fromXML(Buffer.concat(chunks).toString("utf8"));
const { xml } = await moddle.toXML(rootElement, { format: true });
process.stdout.write(JSON.stringify({ warnings: warnings.map((warning) => warning.message), xml }));
