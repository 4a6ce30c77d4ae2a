// Follows a job by server-sent events and reloads the page when it has ended.
const box = document.querySelector("[data-job]");
const bar = box.querySelector("progress");
const words = box.querySelector("[data-step]");
const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(box.dataset.job)}/events`);

source.addEventListener("progress", (event) => {
  const job = JSON.parse(event.data);
  words.textContent = job.step;
  if (job.of > 0) {
    bar.max = job.of;
    bar.value = job.done;
  }
  if (job.state === "done" || job.state === "failed") {
    source.close();
    location.reload();
  }
});
