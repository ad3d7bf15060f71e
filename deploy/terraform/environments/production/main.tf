# The environment production, in an account of its own, with its state in a bucket of that account. The name of the bucket is in
# backend.hcl, which `terraform init -backend-config=backend.hcl` reads and no other account can use.

terraform {
  required_version = ">= 1.11"

  backend "s3" {
    key          = "holdfast.tfstate"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

provider "aws" {
  region = var.region
  # Credentials of another account are refused.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { environment = "production" }
  }
}

variable "account_id" {
  description = "The account of this environment."
  type        = string
}

variable "region" {
  description = "A region with three availability zones."
  type        = string
}

variable "image" {
  description = "The image with its digest."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate, in ACM, of the name that clients use."
  type        = string
}

module "holdfast" {
  source = "../../modules/holdfast"

  name            = "holdfast-production"
  image           = var.image
  certificate_arn = var.certificate_arn
  instances       = 3
  database_class  = "db.r7g.large"
  cache_class     = "cache.r7g.large"
}

output "address" {
  description = "Name of the load balancer."
  value       = module.holdfast.address
}

output "migration" {
  description = "What `aws ecs run-task --cli-input-json` needs to migrate the schema."
  value       = module.holdfast.migration
}

output "repository" {
  description = "Where the image is pushed to."
  value       = module.holdfast.repository
}
