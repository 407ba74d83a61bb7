/** The first that is proposed takes the focus: Enter opens the comparison. */
document.querySelector(".comparing-choice")?.focus({ preventScroll: true });
