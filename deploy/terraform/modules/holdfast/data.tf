# PostgreSQL with a synchronous standby in another zone, and Redis with a replica. Both speak TLS only.

locals {
  data_ports = { postgres = 5432, redis = 6379 }
}

ephemeral "random_password" "database" {
  length  = 40
  special = false
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_db_parameter_group" "this" {
  name   = var.name
  family = "postgres18"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "this" {
  identifier                      = var.name
  engine                          = "postgres"
  engine_version                  = "18"
  instance_class                  = var.database_class
  allocated_storage               = 100
  max_allocated_storage           = 1000
  storage_type                    = "gp3"
  storage_encrypted               = true
  db_name                         = "holdfast"
  username                        = "holdfast"
  password_wo                     = ephemeral.random_password.database.result
  password_wo_version             = var.secrets_version
  multi_az                        = true
  db_subnet_group_name            = aws_db_subnet_group.this.name
  parameter_group_name            = aws_db_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.data.id]
  backup_retention_period         = 14
  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  deletion_protection             = var.deletion_protection
  final_snapshot_identifier       = "${var.name}-final"
}


resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "Cache that the instances share. Everything survives its loss."
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.cache_class
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.data.id]
}
