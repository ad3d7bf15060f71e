# The instances, on Fargate, spread over the zones. A new version migrates first, in a task of its own: docs/operations.md
# has the command.

locals {
  port    = 3000
  secrets = ["DATABASE_URL", "HOLDFAST_OPERATOR_KEY", "HOLDFAST_SECRET_KEY"]

  environment = {
    REDIS_URL   = "rediss://${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
    TRUST_PROXY = join(",", aws_subnet.public[*].cidr_block)
    DRAIN       = "20s"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = 30
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 2048
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = jsonencode([{
    name                   = "holdfast"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    # DRAIN, and 10 s to stop.
    stopTimeout     = 30
    linuxParameters = { capabilities = { drop = ["ALL"] } }
    portMappings    = [{ containerPort = local.port }]
    environment     = [for name, value in local.environment : { name = name, value = value }]
    secrets = [for name in local.secrets : {
      name      = name
      valueFrom = "${aws_secretsmanager_secret.this.arn}:${name}::"
    }]
    healthCheck = {
      command     = ["CMD", "/usr/bin/node", "/holdfast/check-health.js"]
      interval    = 10
      timeout     = 3
      retries     = 3
      startPeriod = 30
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = data.aws_region.current.region
        awslogs-stream-prefix = "holdfast"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name                               = "holdfast"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = var.instances
  launch_type                        = "FARGATE"
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = aws_subnet.instances[*].id
    security_groups = [aws_security_group.instances.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "holdfast"
    container_port   = local.port
  }

  depends_on = [aws_lb_listener.https, aws_secretsmanager_secret_version.this]
}
