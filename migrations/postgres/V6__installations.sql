-- For finding whom we work for among everything that is kept for them.
CREATE INDEX documents_installed ON documents (installation) WHERE kind = 'installation';
