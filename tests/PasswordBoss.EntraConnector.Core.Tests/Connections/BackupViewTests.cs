using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>What a backup does not contain, and what a restored state lacks.</summary>
public sealed class BackupViewTests
{
    private const string Task = "The scheduled task and its logs. Register it with Register-PBSyncTask.";
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Each kind of credential, and the sentence about what is not in the backup; null if the credential is in it.</summary>
    public static TheoryData<CredentialKind, string?> Credentials => new()
    {
        { CredentialKind.None, null },
        { CredentialKind.ClientSecret, null },
        { CredentialKind.Certificate, null },
        { CredentialKind.CertificateThumbprint, "The certificate AB12 in the certificate store. Import it there with its private key." },
        { CredentialKind.CertificatePath, "The certificate file AB12. Copy it to the same path." },
        { CredentialKind.ManagedIdentity, "The managed identity, which belongs to the machine." },
        { CredentialKind.EnvironmentVariable, "The environment variables of the sign-in." },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public void A_credential_outside_the_state_is_listed_when_it_is_backed_up_restored_and_activated(CredentialKind kind, string? expected)
    {
        var settings = World.NewConnection("Contoso") with { Credential = kind, CertificateReference = "AB12" };
        var connection = new BackedUpConnection { Name = "Contoso", Settings = settings, HasSecrets = true };
        List<string> listed = expected is null ? [Task] : [expected, Task];

        Assert.Equal(listed, BackupViews.Written(Content(connection), connection, "/backup").NotIncluded);
        Assert.Equal(listed, BackupViews.Restored(Content(connection), connection, 0).NotIncluded);
        Assert.Equal(listed, BackupViews.Activated(settings, new ConnectionSummary { Health = ConnectionHealth.New }, new BackupOrigin { BackedUpAt = Time, Machine = "old" }).NotIncluded);
    }

    [Fact]
    public void Each_kind_of_credential_has_a_case() => Assert.Equal(Enum.GetValues<CredentialKind>(), Credentials.Select(row => (CredentialKind)row[0]!));

    [Fact]
    public void Secrets_that_could_not_be_decrypted_and_damaged_settings_are_listed()
    {
        var locked = new BackedUpConnection { Name = "Contoso", Settings = World.NewConnection("Contoso") };
        var damaged = new BackedUpConnection { Name = "Contoso" };

        Assert.Equal(["The secrets could not be decrypted. Enter them with Connect-PBEntra -Name 'Contoso'.", Task], BackupViews.Written(Content(locked), locked, "/backup").NotIncluded);
        Assert.Equal(["The stored settings of this connection are damaged. Its secrets are not in the backup."], BackupViews.Written(Content(damaged), damaged, "/backup").NotIncluded);
    }

    [Theory]
    [InlineData(0, "Everything that any machine did since 2026-03-02 08:00 UTC.")]
    [InlineData(1, "Everything since 2026-03-02 08:00 UTC: one run that this machine saved, and any run of another machine.")]
    [InlineData(2, "Everything since 2026-03-02 08:00 UTC: the runs that this machine saved (2), and any run of another machine.")]
    public void The_runs_after_the_backup_are_counted(long missing, string expected)
    {
        var connection = new BackedUpConnection { Name = "Contoso" };

        Assert.Equal(expected, BackupViews.Restored(Content(connection), connection, missing).Lacks);
    }

    private static BackupContent Content(BackedUpConnection connection) => new() { CreatedAt = Time, Machine = "old", Connections = [connection] };
}
