output "address" {
  description = "Name of the load balancer. Point the name of the certificate at it."
  value       = aws_lb.this.dns_name
}

output "repository" {
  description = "Where the image is pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "migration" {
  description = "What `aws ecs run-task --cli-input-json` needs to migrate the schema."
  value = jsonencode({
    cluster        = aws_ecs_cluster.this.name
    taskDefinition = aws_ecs_task_definition.this.arn
    launchType     = "FARGATE"
    networkConfiguration = {
      awsvpcConfiguration = {
        subnets        = aws_subnet.instances[*].id
        securityGroups = [aws_security_group.instances.id]
      }
    }
    overrides = { containerOverrides = [{ name = "holdfast", command = ["migrate"] }] }
  })
}
