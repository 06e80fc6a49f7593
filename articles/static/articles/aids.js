// Beside the text: what is missing before publishing, and the address as it will be.

import "./checklist.js";
import "./slug.js";
