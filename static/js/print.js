// “Print the letter” prints. Without script it leads to the sentence that says how.
for (const link of document.querySelectorAll("[data-print]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    print();
  });
}
