import "./sections.js";
import "./to-top.js";
