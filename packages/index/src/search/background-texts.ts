/** What people look for in general, of which any one collection holds little. */
const things = `
a photo of a dog; a black cat asleep on a sofa; people walking in a city street;
a bowl of soup; a plate of spaghetti; mountains at sunset; a sandy beach with palm trees;
a red sports car; an old steam train; a passenger plane in the sky; a sailing boat on the sea;
a child playing football; a woman reading a book; a man with a beard;
a group of friends at dinner; a wedding couple; a newborn baby; an office meeting;
a laptop on a desk; a mobile phone; a kitchen with white cupboards; a bathroom with a mirror;
a living room; a bedroom at night; a garden full of flowers; a single rose;
a tall tree in a field; a forest in autumn; snow on a roof; heavy rain on a window;
lightning in a dark sky; stars and the milky way; the moon; a waterfall;
a river through a valley; a desert with dunes; a horse in a meadow; cows on a farm;
a flock of birds; an elephant; a lion in the grass; a shark under water;
colourful tropical fish; a butterfly on a leaf; a spider in its web; a guitar;
a piano on a stage; a concert crowd; fireworks; a birthday cake with candles;
a glass of red wine; a cup of coffee; fresh fruit on a market; vegetables in a basket;
a loaf of bread; a hamburger with fries; a pizza; ice cream in a cone; a chef cooking;
a doctor in a hospital; a soldier in uniform; a firefighter; a police officer;
a judge in court; a teacher in a classroom; students at a university;
a library with many books; a newspaper; a handwritten letter; a map of the world;
a flag in the wind; a church tower; a castle on a hill; a bridge over water; a skyscraper;
a small wooden house; a construction site; a factory with chimneys; a solar panel;
a wind turbine; a power line; a truck on a motorway; a bus stop; a traffic jam;
a road at night; a traffic light; a bicycle against a wall; a motorcycle race;
a runner in a marathon; a swimmer in a pool; a tennis match; a basketball player;
a skier on a slope; a chess board; playing cards; a video game; a robot; a rocket launch;
the inside of a computer; a bar chart; a mathematical formula; a diagram with arrows;
a page of text; a company logo; an abstract painting; a marble statue; a portrait in oil;
a cartoon character; a drawing by a child; a pattern of triangles; a black and white photo;
a blurry picture; an empty white background; a close-up of an eye; two hands; a pair of shoes;
a blue dress; a wrist watch; a diamond ring; a pile of coins; a credit card; a shopping bag;
a gift box; a pair of scissors; a hammer and nails; a key in a lock; a candle in the dark;
a broken window; a fire in a fireplace; smoke; a glass of water; a bottle of medicine;
a needle and thread; an umbrella in the rain; a hat on a table; sunglasses;
a suitcase at an airport; a passport; a tent in the woods; a campfire; a fishing rod;
a hot air balloon; a lighthouse; a pyramid; a temple in Asia; a crowded market in Africa;
a street in New York; the Eiffel tower; a glacier; a volcano; a coral reef; an apple; a banana;
a snowman; a christmas tree; a pumpkin; an egg; a chicken; a pig; a sheep; a bear; a wolf;
a rabbit; a snake; a frog; a dinosaur
`;

/**
 * What nobody looks for: letters, consonants, syllables and letters with digits, drawn once. A model puts
 * them somewhere too, and in a collection of odd titles not far from those.
 */
const nonsense = `
fqcpslx utra hxhts; ufh mzg; ikzhkfws; uqdqpi payijwg vhza tirbc; gybtyh wwpyso hne;
dciuqkc yist; ypcjkbk; tbvc vfpcjr rggz ltbqra; iqypw; bebf lbuphxuz huhh arnhgrv;
rlofcj bplmj jglnrj; bjrddzc; dfzka rtnfew ncrmicmz; gyfu palxatm lirwhj; vmwz;
ccnnnq aozcd wywma; wsbp zlbsoufp pojek fikum; rhul; xdsotn; mfcahvkr vdp;
ghsk jjgkw lqwhkp; bbwxk; ggqhsk zrt; nkjtx ftcdvz nmknz dqw; wbttv; dmhm gvfvv;
fbv cxkkjm; bbh glnx; vwmnpz zfh; qbp; hokunu pe zetisi; kuki waf zemmojtu;
tiqyxy rakipac selnoci; ribikad; gle tislu waj; velg xa; xidiner zip; habowyf kurinod;
cof kutfe; sasrani dapbup soz hacda; haryqsuc malensel vif xyxzekuh;
fagi fugomur rudizcy; xywjiq zaf nox; pojraqu gesvamham hab; pipva; dajo mij;
naxwy xisop bifaxa nigzy; fylvitij buq; vosef kajy kabu; tohuna qoga ceb febykar;
4e4jf2 fonj9 qp9jpc; ifxiz 9bkkfjxd bzcug t2km4; oexhfs; x8wt 1wus gegr3;
81df0 4yip vbfqfy1u 3yo3x; h6yjnov uewty 2snhm42j c15j; xsa88x8 wsnsc; cqzlxdm;
hlsu 7lm45yv w1n3dr8o 20vm40; gsspqr82
`;

/**
 * The background that a query must stand out from. Fixed, so that confidences of two indexes of one
 * model mean the same.
 */
export const backgroundTexts: readonly string[] = `${things};${nonsense}`
  .split(";")
  .map((text) => text.trim().replaceAll("\n", " "));
