export { alignment, modalityGap, uniformity } from "./geometry.js";
export { infoNce } from "./info-nce.js";
