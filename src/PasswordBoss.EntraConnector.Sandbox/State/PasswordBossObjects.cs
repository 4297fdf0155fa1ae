using System;
using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>An account of the Password Boss company.</summary>
internal sealed record CompanyAccount
{
    public required string Id { get; init; }
    public required string UserName { get; init; }
    public string? ExternalId { get; init; }
    public required string GivenName { get; init; }
    public required string FamilyName { get; init; }
    public string? DisplayName { get; init; }
    [JsonConverter(typeof(JsonStringEnumConverter<AccountState>))]
    public required AccountState State { get; init; }
    [JsonConverter(typeof(JsonStringEnumConverter<ManagedBy>))]
    public ManagedBy ManagedBy { get; init; }
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset LastModified { get; init; }
}

/// <summary>A group of the Password Boss company.</summary>
internal sealed class CompanyGroup
{
    public required string Id { get; init; }
    public required string DisplayName { get; set; }
    public string? ExternalId { get; set; }
    [JsonConverter(typeof(JsonStringEnumConverter<ManagedBy>))]
    public ManagedBy ManagedBy { get; set; }
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset LastModified { get; set; }

    [JsonIgnore]
    public SortedIds Members { get; private set; } = new();

    /// <summary>The members in their stored form.</summary>
    public IReadOnlyList<string> MemberIds
    {
        get => Members.All;
        set => Members = new SortedIds(value);
    }
}
