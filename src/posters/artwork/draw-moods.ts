/**
 * Maps genres to moods, and moods to palettes and motifs. Films of one mood share both, so that their posters are
 * similar in colour and layout. Genres are MovieLens'.
 */

import type { Palette } from "../motifs/draw-kit.js";
import type { MotifName } from "../motifs/motifs.js";

export type Mood = keyof typeof moods;

interface MoodStyle {
  /** Each: sky, glow, far, mid, deep, accent, light. */
  palettes: string[];
  motifs: MotifName[];
}

function style(motifs: string, ...palettes: string[]): MoodStyle {
  return { motifs: motifs.split(" ") as MotifName[], palettes };
}

const moods = {
  horror: style(
    "forest eye shards house door spiral claws",
    "#100c0f #7a0d12 #4a0c10 #2a070a #070506 #d11a1f #efe3d6",
    "#8c0f14 #d92b22 #5c0a10 #33060b #0a0506 #f2e6d8 #f4e9da",
    "#17100f #6e1712 #5a1511 #320c0a #080505 #e0341f #e8d9c3",
    "#1a1216 #94201d #3c0f14 #240a0e #060405 #e8dcc6 #f1e6d4",
  ),
  sciFi: style(
    "planets suns orbit city grid planets",
    "#071a33 #1c6e8c #12466b #0c2d4d #050f20 #ffb35c #e3f4f2",
    "#0b2a3a #2fa39a #15616d #0e3f4f #06151f #ff6b4a #e8f3ea",
    "#101437 #4053b5 #2b357f #1b2158 #080a1f #6fe3e1 #ecebff",
    "#08222e #1f8a9c #10506a #0b3549 #041019 #f4d35e #e6f2f0",
  ),
  western: style(
    "mesa dunes road mesa suns",
    "#e9b44c #f7dc94 #c9762f #9a4a1f #3d1a10 #b3261e #fbeecb",
    "#d9622b #f5b253 #b0421f #7a2b1a #2e120e #f9e2a5 #fbe9c8",
    "#e3c27e #f6e7bd #c98543 #9c5527 #40210f #a8321d #fbf0d4",
  ),
  noir: style(
    "blinds stairs city blinds door",
    "#d8d4c8 #f3f0e6 #8d8a82 #47453f #0e0e0f #1b1a1a #f3f0e6",
    "#121213 #77756f #3a3a3b #232324 #080809 #e9e4d4 #f2eee2",
    "#1a1a1c #8b8579 #46433f #2a2826 #0a0a0b #d8b24a #f2ecdd",
  ),
  war: style(
    "rays squadron wire rays squadron peaks",
    "#b9a77a #e4d6a7 #8b8053 #5b5a37 #23241a #b3241c #f1e7c8",
    "#a5261c #d9542b #7d1c16 #4b3a24 #1c1a14 #e8d6a0 #f0e4c4",
    "#6d7355 #c9c08a #525a3f #3a412d #171a13 #cf3a22 #ece4c6",
    "#c4b184 #ece0b8 #98895c #686240 #2a281b #a3271d #f5ecd0",
  ),
  kids: style(
    "hills play balloons hills waves suns play",
    "#35b6e6 #b5ecf7 #63c96f #2f9e63 #1d3b7a #ffd23f #fffbea",
    "#ffcf33 #fff0a8 #ff8a3d #f0433a #1f3c88 #19b5a5 #fffdf0",
    "#ff7a6b #ffc7a6 #ffd34f #2fb5a8 #2a2a72 #ffe66d #fff8ec",
    "#5ccbb0 #d3f5dc #ffcf4a #f4743b #2b3480 #ff5470 #fffbee",
  ),
  romance: style(
    "hearts circles moonlit hearts couple circles moonlit",
    "#f6b8c0 #fde2df #ee8fa1 #d8577a #6d1539 #e8274f #fff3ee",
    "#e4587a #f9a7a7 #c73a66 #99234f #420b2b #ffe1c9 #fff0ea",
    "#f9d0c4 #fff0e2 #f2a99c #de6b73 #72203f #c92a4b #fff6ef",
    "#d9476a #f7988f #b52f5c #872049 #3a0a28 #ffd7b8 #fff1e6",
  ),
  musical: style(
    "vinyl keys bows stripes vinyl",
    "#3b1466 #c22f8f #7d1f86 #531a73 #1c0a38 #ffc845 #fff1d6",
    "#c2185b #ff7a59 #9c1457 #6a1150 #2a0a33 #ffd35c #fff3dc",
    "#f2a93b #ffe08f #e0457b #a32a86 #3a1259 #fff0c2 #fff4dc",
  ),
  comedy: style(
    "hat play stripes bows umbrella glasses cocktail circles balloons",
    "#ffc93c #ffe9a6 #ff9a3c #ee5a36 #23324a #e4322b #fff7e3",
    "#2bb3a3 #9be0cf #ffb547 #ee6c4d #173a4a #ffd447 #fff7e6",
    "#f4ead2 #fff9ea #f5b544 #e8633a #2a3b57 #e23d2f #fffaf0",
    "#f7a072 #ffd9b0 #f25f4c #c93f4c #2b2d52 #d9304a #fff6e6",
  ),
  action: style(
    "speed target rays speed shards burst",
    "#f07c1c #ffd05a #c9431a #7a1f16 #16100f #ffe08a #fff1d0",
    "#12151b #e2561e #6a2a1a #35190f #08090b #ff7a1c #f5e9d8",
    "#1a3a4c #f28a2e #17506a #12303f #08131a #ff8b2d #fbeeda",
    "#d93a1f #ff9a3a #9a2416 #5a1511 #150a09 #ffd166 #fdeed2",
  ),
  thriller: style(
    "spiral stairs target cutout road eye tower",
    "#0f2a2e #4f8a7d #1f4d4c #173638 #071214 #d8e04b #eaf1e4",
    "#1c222b #6c8396 #3a4a5a #28333f #0a0d12 #e9452f #e9eef0",
    "#18211c #6f8a63 #33473a #233128 #090e0b #e8b93a #eef0dd",
    "#222a30 #8aa0a0 #43545c #2d3a42 #0b1014 #f0a63a #edf1ee",
  ),
  mystery: style(
    "keyhole eye moonlit spiral door keyhole",
    "#241a45 #7b5fb0 #45317a #2f2259 #0d0820 #f0c75e #f1eafa",
    "#12322c #5d9c7c #256052 #1a463d #051411 #e3c565 #eaf3e6",
    "#1d2440 #6c7fb4 #36456f #26304f #090c1a #e8a85a #ebeef8",
  ),
  crime: style(
    "city target cutout blinds tower cutout",
    "#e9dfc8 #fbf4e2 #c2a878 #b3211b #141212 #c4201b #f8f0de",
    "#b81f1b #e8503a #861613 #4d0f0e #120a0a #f6e7c8 #f8ecd4",
    "#1b1a1d #86603a #403229 #2a2320 #0b0a0b #d99a3d #f3e6cf",
    "#2a1517 #a8392b #551d1d #381417 #0d0809 #e8c79a #f5e8d2",
  ),
  fantasy: style(
    "castle peaks moonlit castle forest planets",
    "#2d2a6e #d07bb5 #5a4aa0 #3c3580 #12103a #ffd479 #fdf0ff",
    "#0f5257 #9fd8b4 #1f7a74 #145c5c #06262c #f6c667 #f0faec",
    "#6a3a8f #f6a97a #8f4f9f #5a3585 #1d1145 #ffe08f #fff0e0",
  ),
  adventure: style(
    "peaks dunes waves road peaks forest",
    "#f0b65a #fde9b5 #5aa58c #2b6f63 #10332f #d9412b #fdf5dd",
    "#3fa7b8 #d6efe0 #2f8a7a #1d5f55 #0c2f2c #f6a52c #f6faec",
    "#e2683c #f9c36b #a94a3a #6a2f3a #2a1420 #ffe29a #fdf0d8",
    "#e8a13d #fbe3a4 #3f8f86 #25645f #0e302f #c8402c #fcf3da",
  ),
  documentary: style(
    "lens bars horizon lens contour",
    "#e8e6e0 #ffffff #b8bfc2 #5c7480 #1d2b33 #e0452c #fbfaf6",
    "#2c4a5e #a4bcc6 #446a80 #345568 #121f29 #f2c14e #eff4f4",
    "#d3dbdb #f4f7f5 #9fb1b3 #55707a #1c2d36 #e8762c #fafbf8",
  ),
  drama: style(
    "tree window couple door horizon figure stairs moonlit",
    "#c9b79c #efe2c8 #9c8566 #6b5645 #2a211c #a63d2f #f8efdf",
    "#5f7c8a #cfdcdc #486270 #344954 #17222a #e3a857 #f2f0e6",
    "#8a9a8b #dfe3cf #66796c #48584e #1d2722 #d98e4a #f3f2e2",
    "#d99a6c #f6dcb4 #b36a4a #7a4238 #2f1a1e #f4e3c0 #fbeedb",
    "#3f506b #b3b4be #51627d #38475f #141b28 #e8b45a #f1efe8",
  ),
} satisfies Record<string, MoodStyle>;

/** The first genre of this list that a film has is its mood; the next one gives it a part of its motifs. */
const priority: [genre: string, mood: Mood][] = [
  ["Horror", "horror"],
  ["Sci-Fi", "sciFi"],
  ["Film-Noir", "noir"],
  ["Western", "western"],
  ["War", "war"],
  ["Animation", "kids"],
  ["Children's", "kids"],
  ["Children", "kids"],
  ["Musical", "musical"],
  ["Fantasy", "fantasy"],
  ["Romance", "romance"],
  ["Mystery", "mystery"],
  ["Crime", "crime"],
  ["Adventure", "adventure"],
  ["Action", "action"],
  ["Thriller", "thriller"],
  ["Documentary", "documentary"],
  ["Comedy", "comedy"],
  ["Drama", "drama"],
];

/** Moods of a film, the leading one first; never empty. A film of no known genre is a drama. */
export function getMoods(genres: readonly string[]): Mood[] {
  const found = priority.filter(([genre]) => genres.includes(genre)).map(([, mood]) => mood);
  // An action film that is also a crime film or an adventure moves; a comedy of crime or adventure stays light.
  const first = found[0];
  if (first === "adventure" && found.includes("action")) found.unshift("action");
  else if (first === "crime" && found.includes("action") && !found.includes("drama")) found.unshift("action");
  else if ((first === "crime" || first === "mystery") && found.includes("comedy")) found.unshift("comedy");
  else if (first === "romance" && found.includes("drama") && genres.includes("Thriller")) found.unshift("thriller");
  const unique = [...new Set(found)];
  return unique.length > 0 ? unique : ["drama"];
}

export function getPalettes(mood: Mood): Palette[] {
  return moods[mood].palettes.map((text) => {
    const [sky, glow, far, mid, deep, accent, light] = text.split(" ");
    return { sky, glow, far, mid, deep, accent, light };
  });
}

export function getMotifs(mood: Mood): readonly MotifName[] {
  return moods[mood].motifs;
}

/** The names of all moods. */
export const moodNames = Object.keys(moods) as Mood[];
