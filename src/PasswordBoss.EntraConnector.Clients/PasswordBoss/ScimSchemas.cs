namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>The schema URNs of SCIM. Schema URNs and attribute names are compared without case (RFC 7643 section 2.1).</summary>
internal static class ScimSchemas
{
    /// <summary>A user, RFC 7643 section 8.7.1.</summary>
    public const string User = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>A group, RFC 7643 section 8.7.1.</summary>
    public const string Group = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <summary>What the server supports, RFC 7643 section 8.5.</summary>
    public const string ServiceProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

    /// <summary>A page of a list, RFC 7644 section 3.4.2.</summary>
    public const string ListResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    /// <summary>The body of a PATCH, RFC 7644 section 3.5.2.</summary>
    public const string PatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

    /// <summary>This project's extension of users: <c>accountState</c> and <c>managedBy</c>. Not registered with IANA.</summary>
    public const string UserExtension = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User";

    /// <summary>This project's extension of groups: <c>managedBy</c>. Not registered with IANA.</summary>
    public const string GroupExtension = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:Group";
}
