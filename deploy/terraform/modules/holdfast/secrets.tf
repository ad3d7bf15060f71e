# What the instances need to know and nobody else: written to the store without passing through the state.

ephemeral "random_password" "operator_key" {
  length  = 48
  special = false
}

ephemeral "random_password" "secret_key" {
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "this" {
  name = var.name
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo_version = var.secrets_version
  secret_string_wo = jsonencode({
    DATABASE_URL = join("", [
      "postgres://holdfast:${ephemeral.random_password.database.result}@${aws_db_instance.this.endpoint}/holdfast",
      "?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    ])
    HOLDFAST_OPERATOR_KEY = ephemeral.random_password.operator_key.result
    HOLDFAST_SECRET_KEY   = ephemeral.random_password.secret_key.result
  })
}
