using System;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands that move a state to another machine: back up, restore, inspect, activate.</summary>
[Trait("Speed", "Slow")]
public sealed class BackupTests : IDisposable
{
    private const string User = "zoe.obrien-mueller@fjordlight.example";
    private readonly Session session = new();

    public BackupTests() => session.Run($"$passphrase = {Secret("correct horse battery")}; $other = {Secret("wrong horse battery")}");

    private string FilePath => Path.Combine(session.Home, "state.pbbackup");

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_state_moves_with_its_links_and_removes_no_user()
    {
        session.Run("Connect-PBEntra -Name Box -Sandbox; Set-PBSyncGroup -AddGroup 'Design Studio'; Invoke-PBSync");
        var links = Links();
        Assert.NotEmpty(links);

        var backup = Assert.Single(session.Get<PBBackup>($"Backup-PBState -Path '{FilePath}' -Passphrase $passphrase"));

        Assert.Equal(("Box", FilePath, links.Length), (backup.Connection, backup.Path, backup.ManagedUsers));
        Assert.Contains(backup.NotIncluded, what => what.Contains("Register-PBSyncTask", StringComparison.Ordinal));
        ChangeMachine();
        session.Run($"Restore-PBState -Path '{FilePath}' -Passphrase $passphrase -WhatIf");
        Assert.Contains(session.Host.Lines, line => line.StartsWith("What if: ", StringComparison.Ordinal) && line.Contains("idle until it is activated: Box", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(session.Home, "second")));

        var restored = Assert.Single(session.Get<PBRestoredConnection>($"Restore-PBState -Path '{FilePath}' -Passphrase $passphrase"));

        Assert.Equal(("Box", false, links.Length), (restored.Connection, restored.IsActive, restored.ManagedUsers));
        Assert.Contains("since " + restored.BackedUpAt.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), restored.Lacks, StringComparison.Ordinal);
        Assert.Equal(links, Links());
        var idle = (PBSyncResult)Assert.Single(session.Run("Invoke-PBSync")).BaseObject;
        Assert.Equal((SyncOutcome.Refused, "StateNotActivated"), (idle.Outcome, idle.ErrorId));
        Assert.StartsWith("StateNotActivated,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ConnectorStatus.NotActivated, Assert.Single(session.Get<PBConnectorStatus>("Get-PBConnectorStatus")).Status);
        session.Run("Remove-PBLink -Account pb-1 -Confirm:$false");
        Assert.StartsWith("Connection 'Box' was restored", Assert.Single(session.Errors).ErrorDetails.Message, StringComparison.Ordinal);
        session.Run("[cultureinfo]::CurrentUICulture = 'fr-FR'; Remove-PBLink -Account pb-1 -Confirm:$false");
        Assert.StartsWith("La connexion «\u00A0Box\u00A0» a été restaurée", Assert.Single(session.Errors).ErrorDetails.Message, StringComparison.Ordinal);
        Assert.NotEqual("StateNotActivated", Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -WhatIf")).ErrorId);
        session.Run("Restore-PBState -Activate -WhatIf");
        Assert.Equal(ConnectorStatus.NotActivated, Assert.Single(session.Get<PBConnectorStatus>("Get-PBConnectorStatus")).Status);

        Assert.True(Assert.Single(session.Get<PBRestoredConnection>("Restore-PBState -Activate")).IsActive);

        var result = (PBSyncResult)Assert.Single(session.Run("Invoke-PBSync")).BaseObject;
        Assert.Equal((SyncMode.Full, SyncOutcome.Partial), (result.Mode, result.Outcome));
        Assert.Equal(0, result.Created + result.Adopted + result.Disabled + result.Deleted + result.Converted);
        Assert.Equal(links, Links());
        Assert.StartsWith("NothingToActivate,", session.Fail("Restore-PBState -Activate").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_left_since_the_backup_waits_for_an_admin()
    {
        session.Run($"Connect-PBEntra -Name Box -Sandbox; Invoke-PBSync; Backup-PBState '{FilePath}' $passphrase");
        ChangeMachine();
        session.Run($"Restore-PBState '{FilePath}' $passphrase; Restore-PBState -Activate; Edit-PBSandbox -Name Box -RemoveMember {User}");

        var held = (PBSyncResult)Assert.Single(session.Run("Invoke-PBSync")).BaseObject;

        Assert.Equal((SyncOutcome.Refused, "RecoveredLeaver", 0), (held.Outcome, held.ErrorId, held.Disabled));
        // It is not due, but an admin allows it.
        Assert.Empty(session.Run("Invoke-PBSync -Name Box -Due"));
        Assert.Equal(1, ((PBSyncResult)Assert.Single(session.Run("Invoke-PBSync -Name Box -Due -Force")).BaseObject).Disabled);
    }

    [Theory]
    [InlineData(1, ": one run that this machine saved")]
    [InlineData(2, ": the runs that this machine saved (2)")]
    public void What_a_restored_state_lacks_is_counted(int runs, string expected)
    {
        session.Run($"Connect-PBEntra -Name Box -Sandbox; Invoke-PBSync; Backup-PBState '{FilePath}' $passphrase; 1..{runs} | ForEach-Object {{ Invoke-PBSync }}");
        Directory.Delete(Path.Combine(session.Home, "state"), recursive: true);

        var restored = Assert.Single(session.Get<PBRestoredConnection>($"Restore-PBState '{FilePath}' $passphrase"));

        Assert.Contains(expected, restored.Lacks, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_backup_or_restore_changes_nothing()
    {
        Fails("NoConnection", $"Backup-PBState '{FilePath}' $passphrase");
        session.Run("Connect-PBEntra -Name Box -Sandbox");
        Fails("FileUnusable", "Backup-PBState env:state.pbbackup $passphrase");
        Fails("FileUnusable", $"Backup-PBState '{Path.Combine(session.Home, "state", "state.db")}' $passphrase -Force");
        Fails("FileUnusable", $"Export-PBMetric -Path '{Path.Combine(session.Home, "state", "state.db")}'");
        Fails("FileUnusable", $"Export-PBConfiguration -Path '{Path.Combine(session.Home, "state", "state.db")}' -Force");
        Fails("PassphraseWeak", $"Backup-PBState '{FilePath}' ({Secret("short")})");
        Fails("PassphraseWeak", $"Backup-PBState '{FilePath}' ([securestring]::new())");
        session.Run($"Backup-PBState '{FilePath}' $passphrase -WhatIf");
        Assert.False(File.Exists(FilePath));
        session.Run($"Backup-PBState '{FilePath}' $passphrase");
        Fails("FileExists", $"Backup-PBState '{FilePath}' $passphrase");
        // A preview finds what it can without writing.
        Fails("FileExists", $"Backup-PBState '{FilePath}' $passphrase -WhatIf");
        Fails("FileExists", $"Export-PBConfiguration -Path '{FilePath}' -WhatIf");
        Fails("FileUnusable", $"Backup-PBState '{FilePath}/no/folder' $passphrase -WhatIf");
        Fails("FileUnusable", $"Export-PBConfiguration -Path '{session.Home}' -Force -WhatIf");
        Fails("FileUnusable", $"Export-PBMetric -Path '{FilePath}/no/folder' -WhatIf");
        Fails("PassphraseWeak", $"Backup-PBState '{FilePath}' ({Secret("short")}) -Force -WhatIf");
        session.Run($"Backup-PBState '{FilePath}' $passphrase -Force -WhatIf");
        Assert.Empty(session.Errors);
        Assert.Single(session.Get<PBBackup>($"Backup-PBState '{FilePath}' $passphrase -Force"));
        Fails("StoreNotEmpty", $"Restore-PBState '{FilePath}' $passphrase");
        ChangeMachine();
        Fails("BackupUnreadable", $"Restore-PBState '{FilePath}' $other");
        Fails("FileUnusable", $"Restore-PBState '{FilePath}.no' $passphrase");
        Fails("NothingToActivate", "Restore-PBState -Activate");
        var bytes = File.ReadAllBytes(FilePath);
        bytes[^20] ^= 4;
        File.WriteAllBytes(FilePath, bytes);
        Fails("BackupUnreadable", $"Restore-PBState '{FilePath}' $passphrase");
        Assert.Empty(session.Run("Get-PBConnection"));
    }

    private void ChangeMachine() => session.Run($"$env:PBENTRA_HOME = '{Path.Combine(session.Home, "second")}'");

    private string[] Links() => session.Get<PBLink>("Get-PBLink").Select(link => $"{link.EntraId} {link.AccountId} {link.Email}").Order(StringComparer.Ordinal).ToArray();

    private void Fails(string error, string script) => Assert.StartsWith(error + ",", session.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);

    private static string Secret(string text) => $"([System.Net.NetworkCredential]::new('', '{text}').SecurePassword)";
}
