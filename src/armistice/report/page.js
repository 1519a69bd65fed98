// Pictures are drawn already; a button turns one into its interactive twin, which shows values under the pointer.
(function () {
  "use strict";
  let loading = null;
  function library() {
    if (!loading) {
      const packed = document.getElementById("vega-bundle").textContent;
      const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
      loading = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
        script.onload = () => resolve(window.vegaEmbed);
        script.onerror = reject;
        document.head.appendChild(script);
      });
    }
    return loading;
  }
  document.querySelectorAll("button.live").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const name = button.dataset.figure;
      const spec = JSON.parse(document.querySelector('script[data-spec="' + name + '"]').textContent);
      const place = document.querySelector('.picture.wide[data-figure="' + name + '"]');
      button.disabled = true;
      button.textContent = "loading";
      const embed = await library();
      await embed(place, spec, { actions: false, renderer: "svg" });
      place.dataset.live = "yes";
      button.textContent = "Values under the pointer";
    });
  });
  // Notes of numbers near the right edge open to the left.
  document.querySelectorAll(".num").forEach((number) => {
    const turn = () => number.classList.toggle("right", number.getBoundingClientRect().left > window.innerWidth / 2);
    number.addEventListener("mouseenter", turn);
    number.addEventListener("focus", turn);
  });
})();
