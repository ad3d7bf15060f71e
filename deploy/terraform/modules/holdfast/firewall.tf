# The load balancer takes https from anywhere, the instances take requests from the load balancer alone, and the databases
# from the instances alone.

resource "aws_security_group" "balancer" {
  name   = "${var.name}-balancer"
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_security_group" "instances" {
  name   = "${var.name}-instances"
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_security_group" "data" {
  name   = "${var.name}-data"
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}

resource "aws_vpc_security_group_egress_rule" "to_instances" {
  security_group_id            = aws_security_group.balancer.id
  referenced_security_group_id = aws_security_group.instances.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  security_group_id            = aws_security_group.instances.id
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "from_instances" {
  security_group_id = aws_security_group.instances.id
  description       = "https to suppliers, webhooks, token issuers and the services of AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "to_data" {
  for_each                     = local.data_ports
  security_group_id            = aws_security_group.instances.id
  referenced_security_group_id = aws_security_group.data.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_security_group_ingress_rule" "data" {
  for_each                     = local.data_ports
  security_group_id            = aws_security_group.data.id
  referenced_security_group_id = aws_security_group.instances.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
