"""What the error codes of AWS say about a call: who was not believed, who was refused, who was told to wait.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the error lists of the services.
"""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
CREDENTIALS = EXPIRED | {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
"""The caller was not recognised, so nothing was asked of any policy."""
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"})
"""The policies said no, in the words of most services."""
DENIED_BY_SERVICE = DENIED | {
    "AccessDeniedFault", "AccessDeniedError", "AuthorizationError", "AuthorizationErrorException",
    "ForbiddenException", "InsufficientPrivilegesException", "KMSAccessDeniedFault", "NotAuthorized",
    "NotAuthorizedException", "OrganizationAccessDeniedException", "UnauthorizedAccess", "UnauthorizedException",
    "UserUnauthorizedException",
}  # fmt: skip
"""The same with the words that single services have for it: SNS, Cognito, DMS, IoT, Elastic Beanstalk, Config, …"""
THROTTLED = frozenset({
    "BandwidthLimitExceeded", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
    "TooManyRequestsException",
})  # fmt: skip
"""The call was put off before, or after, its permission was looked at: nobody says which."""
