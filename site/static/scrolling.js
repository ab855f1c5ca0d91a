// Code, output and formulas wider than the page scroll sideways; then the keyboard must reach them too.
(() => {
  const watch = new ResizeObserver((boxes) => {
    for (const { target } of boxes) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll("article :is(pre, .table-wrapper, div.math)").forEach((box) => watch.observe(box));
})();
