using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Serialization;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>The content of the state file: the data without its indexes.</summary>
internal sealed class SandboxDocument
{
    /// <summary>The file format that this assembly reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The maximum number of changes in a file. The oldest are dropped, and a delta token older than the rest gets 410.</summary>
    public const int ChangesInFile = 5000;

    /// <summary>
    /// The number of writes. It comes first in the file, so that a reader sees from the start of the file whether it already has this version.
    /// </summary>
    [JsonPropertyOrder(-2)]
    public long Version { get; init; }

    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = CurrentFormat;

    public required EntraApplication Application { get; init; }
    public required IReadOnlyList<EntraUser> Users { get; init; }
    public required IReadOnlyList<EntraUser> DeletedUsers { get; init; }
    public required IReadOnlyList<EntraGroup> Groups { get; init; }
    public required IReadOnlyList<EntraGroup> DeletedGroups { get; init; }
    public required IReadOnlyList<EntraDevice> Devices { get; init; }
    public long ChangesStart { get; init; }
    public IReadOnlyList<Change> Changes { get; init; } = Array.Empty<Change>();
    public IReadOnlyList<CompanyAccount> Accounts { get; init; } = Array.Empty<CompanyAccount>();
    public IReadOnlyList<CompanyGroup> AccountGroups { get; init; } = Array.Empty<CompanyGroup>();
    public int AccountsMade { get; init; }
    public int AccountGroupsMade { get; init; }
    public int? LicensePool { get; init; }
    public bool OffersExtension { get; init; } = true;

    public static SandboxDocument From(SandboxData data, long version) => new()
    {
        Version = version,
        Application = data.Directory.Application,
        Users = data.Directory.Users.ToList(),
        DeletedUsers = data.Directory.DeletedUsers.ToList(),
        Groups = data.Directory.Groups.ToList(),
        DeletedGroups = data.Directory.DeletedGroups.ToList(),
        Devices = data.Directory.Devices.ToList(),
        ChangesStart = data.Directory.Changes.Start,
        Changes = data.Directory.Changes.All,
        Accounts = data.Company.Accounts.ToList(),
        AccountGroups = data.Company.Groups.ToList(),
        AccountsMade = data.Company.AccountsMade,
        AccountGroupsMade = data.Company.GroupsMade,
        LicensePool = data.Company.LicensePool,
        OffersExtension = data.Company.OffersExtension,
    };

    public SandboxData ToData(int changesKept)
    {
        var changes = new ChangeLog(ChangesStart, Changes, changesKept);
        var directory = new EntraDirectory(Users, DeletedUsers, Groups, DeletedGroups, Devices, Application, changes);
        var company = new PasswordBossCompany(Accounts, AccountGroups, AccountsMade, AccountGroupsMade)
        {
            LicensePool = LicensePool,
            OffersExtension = OffersExtension,
        };
        return new SandboxData(directory, company);
    }
}
