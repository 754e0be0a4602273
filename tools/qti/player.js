// Loads an item into the player, has it mark responses, and returns the outcomes of each by their names.
/* global Vue, qti3Player */
let player;
let done;
const waits = (begin) => new Promise((resolve) => { done = resolve; begin(); });

new Vue({
  render: (create) => create(qti3Player.default ?? qti3Player, {
    props: { suppressAlertMessages: true, suppressInvalidResponseMessages: true },
    on: {
      notifyQti3PlayerReady: (ready) => { player = ready; },
      notifyQti3ItemReady: () => done(),
      notifyQti3ScoreAttemptCompleted: (data) => done(data.state),
      notifyQti3EndAttemptCompleted: (data) => done(data.state),
    },
  }),
}).$mount("#player");

const named = (variables) => Object.fromEntries(variables.map(({ identifier, value }) => [identifier, value]));
const configuration = (state) => ({
  guid: "item", status: "interacting", ...(state && { state }),
  sessionControl: { max_attempts: 0, show_feedback: true, validate_responses: false },
});

let loads = 0;
// The player shows nothing anew where the text is the same.
const show = (xml, state) => waits(() => player.loadItemFromXml(`${xml}<!-- ${loads += 1} -->`, configuration(state)));

window.load = (xml) => show(xml);

window.markResponses = async (xml, responses, cardinality) => {
  const found = [];
  for (const value of responses) {
    const state = {
      identifier: "item", guid: "item", contextVariables: [], templateVariables: [], outcomeVariables: [], validationMessages: [],
      responseVariables: [{ identifier: "RESPONSE", cardinality, value, state: { order: value } }],
    };
    await show(xml, state);
    found.push(named((await waits(() => player.scoreAttempt("marked"))).outcomeVariables));
  }
  return found;
};

window.markAnswered = async () => named((await waits(() => player.endAttempt("marked"))).outcomeVariables);
