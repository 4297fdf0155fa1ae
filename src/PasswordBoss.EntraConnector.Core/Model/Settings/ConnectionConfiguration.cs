using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The settings of a connection as a configuration file holds them: without secrets and without state. A value that is null is not in the file.</summary>
public sealed record ConnectionConfiguration
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }
    /// <summary>Whether this is an embedded sandbox. Its tenant and addresses are its own, so they are not in the file.</summary>
    public bool? IsSandbox { get; init; }
    /// <summary>The tenant id or a verified domain.</summary>
    public string? TenantId { get; init; }
    /// <summary>The application id.</summary>
    public string? ClientId { get; init; }
    /// <summary>How the application authenticates.</summary>
    public CredentialKind? Credential { get; init; }
    /// <summary>The thumbprint, or the path of the certificate file.</summary>
    public string? CertificateReference { get; init; }
    /// <summary>The national cloud.</summary>
    public EntraEnvironment? Environment { get; init; }
    /// <summary>The sign-in host.</summary>
    public Uri? AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph, with its version.</summary>
    public Uri? GraphEndpoint { get; init; }
    /// <summary>The base address of the Password Boss SCIM server.</summary>
    public Uri? PasswordBossUri { get; init; }
    /// <summary>The user group.</summary>
    public GroupReference? UserGroup { get; init; }
    /// <summary>The additional groups.</summary>
    public IReadOnlyList<GroupReference>? AdditionalGroups { get; init; }
    /// <summary>Whether members of nested groups count.</summary>
    public bool? IncludeNested { get; init; }
    /// <summary>The rules.</summary>
    public RuleConfiguration? Rules { get; init; }
    /// <summary>The tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The settings of a stored connection.</summary>
    /// <param name="connection">The connection.</param>
    public static ConnectionConfiguration Of(ConnectionSettings connection)
    {
        var common = new ConnectionConfiguration
        {
            Name = connection.Name,
            UserGroup = connection.UserGroup,
            AdditionalGroups = connection.AdditionalGroups,
            IncludeNested = connection.IncludeNested,
            Rules = RuleConfiguration.Of(connection.Rules),
            Tags = connection.Tags,
        };
        return connection.IsSandbox ? common with { IsSandbox = true } : common with
        {
            TenantId = connection.TenantId,
            ClientId = connection.ClientId,
            Credential = connection.Credential,
            CertificateReference = connection.CertificateReference,
            Environment = connection.Environment,
            AuthorityHost = connection.AuthorityHost,
            GraphEndpoint = connection.GraphEndpoint,
            PasswordBossUri = connection.PasswordBossUri,
        };
    }
}

/// <summary>The rules of a connection as a configuration file holds them. A value that is null is not in the file.</summary>
public sealed record RuleConfiguration
{
#pragma warning disable CS1591 // SyncRules documents the rules. Each one is here with the same name.
    public NewUserRule? NewUser { get; init; }
    public LeaverRule? DeletedUser { get; init; }
    public LeaverRule? DisabledUser { get; init; }
    public LeaverRule? RemovedUser { get; init; }
    public ExistingAccountRule? ExistingAccount { get; init; }
    public RemovedGroupRule? RemovedGroup { get; init; }
    public int? DeleteAfterDays { get; init; }
    public UnknownMemberRule? UnknownMember { get; init; }
    public EmailSource? EmailSource { get; init; }
    public GuestUserRule? GuestUser { get; init; }
    public int? MaxRemovalPercent { get; init; }
    public int? MaxRemovalCount { get; init; }
    public int? FullSyncHours { get; init; }
#pragma warning restore CS1591

    /// <summary>All rules of a connection.</summary>
    /// <param name="rules">The rules.</param>
    public static RuleConfiguration Of(SyncRules rules) => rules.CopyTo(new RuleConfiguration());

    /// <summary>Rules, with the values that are in the file applied.</summary>
    /// <param name="rules">The rules to change.</param>
    public SyncRules ApplyTo(SyncRules rules) => rules.ChangedTo(this);
}
