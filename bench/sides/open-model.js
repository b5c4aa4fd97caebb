/** Opens the database and loads the model that serves, and does nothing with them. `node open-model.js <data folder>` */
import { openServices } from "../../dist/services/services.js";

const services = openServices(process.argv[2]);
await services.models.get();
await services.close();
