import "./remember.js";
import "./reply.js";
import "./once.js";
import "./own.js";
import "./permalink.js";
import "./share.js";
import "./edit-link.js";
