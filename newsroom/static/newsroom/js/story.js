import "./remember.js";
import "./reply.js";
import "./once.js";
import "./share.js";
import "./edit-link.js";
