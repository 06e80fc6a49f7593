import "./remember.js";
import "./reply.js";
import "./share.js";
