/** Marks the admin's form, whose tag is Django's, as one of components/drafts/, which runs next. */
const { adminDraft: user } = document.querySelector("[data-admin-draft]").dataset;
document.body.dataset.user = user;
document.querySelector("[data-admin-draft]").closest("form").dataset.draft = "admin";
