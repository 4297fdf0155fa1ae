using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Secrets;

/// <summary>Secrets can be decrypted only for the tenant, the client ID and the addresses for which they were entered.</summary>
public sealed class BindingTests : IDisposable
{
    private readonly StateFixture state = new();
    private readonly ConnectionSettings connection = Connection() with { ClientId = "11111111-2222-4333-8444-555555555555" };

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData("passwordBossUri", "https://evil.example/v2")]
    [InlineData("authorityHost", "https://evil.example")]
    [InlineData("graphEndpoint", "https://evil.example/v1.0")]
    [InlineData("tenantId", "99999999-2222-4333-8444-555555555555")]
    [InlineData("clientId", "99999999-2222-4333-8444-555555555555")]
    public void An_edited_database_gets_no_secret(string setting, string value)
    {
        Save(new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" });

        Edit($"UPDATE connections SET settings = json_set(settings, '$.{setting}', $1)", value);

        Unreadable();
    }

    [Fact]
    public void An_edited_database_gets_no_secret_if_only_the_token_is_stored()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });

        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2', '$.credential', 'ManagedIdentity')");

        Unreadable();
    }

    [Fact]
    public void Secrets_entered_after_an_import_are_bound_to_the_imported_settings()
    {
        Save(new ConnectionSecrets());
        Refused(ErrorId.SecretMissing, () => state.Store.ReadSecrets(Assert.Single(state.Store.ListConnections())));

        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2')");

        Unreadable();
        Assert.False(state.Store.IsSecretKeyMissing(Assert.Single(state.Store.ListConnections())));
    }

    [Fact]
    public void A_database_with_removed_secrets_and_an_edited_host_is_refused()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });

        Edit("UPDATE connections SET secrets = NULL, settings = json_set(settings, '$.authorityHost', 'https://evil.example', '$.credential', 'EnvironmentVariable')");

        Unreadable();
    }

    [Fact]
    public void Settings_that_are_not_part_of_the_binding_can_change()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });

        state.Store.SaveConnection(connection with { Name = "Renamed", IncludeNested = true, UserGroup = new GroupReference("g", "Group") }, null);

        Assert.Equal("token", state.Store.ReadSecrets(Assert.Single(state.Store.ListConnections())).PasswordBossToken);
    }

    [Fact]
    public void Edited_settings_get_no_secret_even_after_the_database_was_corrected()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });
        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2')");
        var edited = Assert.Single(state.Store.ListConnections());
        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://scim.example.com/v2')");

        Refused(ErrorId.SecretUnreadable, () => state.Store.ReadSecrets(edited));
        Assert.Equal("token", state.Store.ReadSecrets(connection).PasswordBossToken);
    }

    [Fact]
    public void Adjacent_values_give_different_bindings()
    {
        var one = SecretBinding.Of(connection with { TenantId = "a", ClientId = "bc" });
        var two = SecretBinding.Of(connection with { TenantId = "ab", ClientId = "c" });

        Assert.NotEqual(one.Digest, two.Digest);
    }

    [Fact]
    public void The_stored_form_of_a_binding_never_changes()
    {
        // A change here makes every stored secret unreadable.
        var binding = SecretBinding.Of(connection with { TenantId = "c0ffee00-1abc-4def-8123-456789abcdef" });

        Assert.Equal("CD9C7A9DEFE6DE5D27B339F9405AEAF7BBEC9285573222AD401984FD882FE124", Convert.ToHexString(binding.Digest));
    }

    [UnixFact]
    public void A_blob_contains_its_version_and_its_key_ID()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });
        var blob = Blob();

        Assert.Equal(2, blob[0]);
        Assert.Equal("key-" + new Guid(blob.AsSpan(5, 16)).ToString("D") + ".xml", Path.GetFileName(Assert.Single(Directory.GetFiles(state.Location.KeyFolder))));
    }

    [UnixFact]
    public void A_blob_with_a_changed_version_number_is_not_read()
    {
        var protector = SecretProtection.For(state.Location);
        var blob = protector.Protect(SecretBinding.Of(connection), Encoding.UTF8.GetBytes("{}"));

        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => protector.UnprotectVersion1(connection.Id, blob[1..]));
        blob[0] = 1;
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => protector.Unprotect(SecretBinding.Of(connection), blob));
    }

    [UnixFact]
    public void The_key_is_missing_only_if_the_key_of_the_blob_is_not_stored()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });
        Assert.False(state.Store.IsSecretKeyMissing(connection));
        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2')");
        Assert.False(state.Store.IsSecretKeyMissing(connection));

        var key = Assert.Single(Directory.GetFiles(state.Location.KeyFolder));
        File.Move(key, Path.Combine(state.Location.KeyFolder, "key-other-name.xml"));
        Assert.False(state.Store.IsSecretKeyMissing(connection));
        File.Delete(Path.Combine(state.Location.KeyFolder, "key-other-name.xml"));
        Assert.True(state.Store.IsSecretKeyMissing(connection));
        Directory.Delete(state.Location.KeyFolder);
        Assert.True(state.Store.IsSecretKeyMissing(connection));

        // Data without a key ID does not show that a key is missing.
        Edit("UPDATE connections SET secrets = x'00'");
        Assert.False(state.Store.IsSecretKeyMissing(connection));
        Edit("UPDATE connections SET secrets = NULL");
        Assert.False(state.Store.IsSecretKeyMissing(connection));
    }

    [UnixFact]
    public void A_connection_with_settings_unknown_to_the_witness_has_no_missing_key()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.SaveRun(Run(SetClock.Start), Model.ConnectionHealth.New, null, null);
        _ = state.Store.ReadSecrets(connection);
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.SaveRun(Run(SetClock.Start), Model.ConnectionHealth.New, null, null);
        var blob = Blob();
        blob[7] ^= 1;
        Edit("UPDATE connections SET secrets = $1", blob);

        // The secrets were last decrypted for these settings.
        Assert.True(state.Store.IsSecretKeyMissing(connection));
        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2')");
        var edited = Assert.Single(state.Store.ListConnections());
        Assert.False(state.Store.IsSecretKeyMissing(edited));
        Directory.Delete(state.Location.KeyFolder, recursive: true);
        Assert.False(state.Store.IsSecretKeyMissing(edited));

        // The witness records the settings for which an admin enters secrets.
        state.Store.SaveConnection(edited, new ConnectionSecrets { PasswordBossToken = "new" });
        Directory.Delete(state.Location.KeyFolder, recursive: true);
        Assert.True(state.Store.IsSecretKeyMissing(edited));
    }

    [WindowsFact]
    public void Changed_settings_are_not_a_missing_key_on_Windows()
    {
        Save(new ConnectionSecrets { PasswordBossToken = "token" });
        Assert.Equal(2, Blob()[0]);
        Edit("UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2')");

        Unreadable();
        Assert.False(state.Store.IsSecretKeyMissing(connection));

        // A changed byte, as if another machine had encrypted the secrets.
        var blob = Blob();
        blob[60] ^= 1;
        Edit("UPDATE connections SET secrets = $1", blob);
        Assert.True(state.Store.IsSecretKeyMissing(connection));
    }

    private void Save(ConnectionSecrets secrets) => state.Store.SaveConnection(connection, secrets);

    private byte[] Blob()
    {
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        return raw.Query("SELECT secrets FROM connections", row => (byte[])row.GetValue(0)).Single();
    }

    private void Edit(string sql, params object?[] values)
    {
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        raw.Run(sql, values);
    }

    private void Unreadable() => Refused(ErrorId.SecretUnreadable, () => state.Store.ReadSecrets(Assert.Single(state.Store.ListConnections())));
}
