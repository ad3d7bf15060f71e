variable "name" {
  description = "Name of the environment, such as holdfast-production. Every resource has it."
  type        = string
}

variable "image" {
  description = "The image with its digest. It is built with the certificates of Amazon RDS in deploy/image/ca.pem."
  type        = string
}

variable "instances" {
  description = "Number of instances. At 13 connections each they share the connections of the database."
  type        = number
  default     = 3
}

variable "vpc_cidr" {
  description = "Addresses of the network: a /16."
  type        = string
  default     = "10.40.0.0/16"
}

variable "certificate_arn" {
  description = "The certificate, in ACM, of the name under which clients reach the load balancer."
  type        = string
}

variable "database_class" {
  description = "Instance class of PostgreSQL."
  type        = string
}

variable "cache_class" {
  description = "Node type of Redis."
  type        = string
}

variable "secrets_version" {
  description = "Raise it to make new passwords and keys. The instances must be replaced afterwards."
  type        = number
  default     = 1
}

variable "deletion_protection" {
  description = "Whether the database and the load balancer refuse to be deleted."
  type        = bool
  default     = true
}
