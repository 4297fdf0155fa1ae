using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Secrets;

public sealed class SecretTests : IDisposable
{
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("a+b/c=d&e%f$g;h'i\"j\\k<l>m`n{o}p")]
    [InlineData("Zoë – 密码 🔑 \u0000 \t")]
    [InlineData("")]
    public void Secrets_are_read_as_they_were_stored(string secret)
    {
        var connection = Connection();
        var certificate = Enumerable.Range(0, 3000).Select(i => (byte)i).ToArray();
        state.Store.SaveConnection(connection, new ConnectionSecrets { ClientSecret = secret, Certificate = certificate, CertificatePassword = secret + "2", PasswordBossToken = secret + "3" });

        using var again = new StateStore(state.Location, state.Clock);
        var read = again.ReadSecrets(connection);
        Assert.Equal(secret, read.ClientSecret);
        Assert.Equal(certificate, read.Certificate);
        Assert.Equal(secret + "2", read.CertificatePassword);
        Assert.Equal(secret + "3", read.PasswordBossToken);
    }

    [Fact]
    public void Secrets_that_were_not_given_stay_missing()
    {
        var token = Connection("Token");
        state.Store.SaveConnection(token, new ConnectionSecrets { PasswordBossToken = "t" });

        Assert.Null(state.Store.ReadSecrets(token).ClientSecret);
        Assert.Null(state.Store.ReadSecrets(token).Certificate);
    }

    [Fact]
    public void No_file_contains_a_secret_in_plain_text()
    {
        var connection = Connection();
        string[] canaries = { "canary-secret-7f3a", "canary-password-7f3a", "canary-token-7f3a", "canary-certificate-7f3a", "canary-secret-8b4c" };
        state.Store.SaveConnection(connection, new ConnectionSecrets
        {
            ClientSecret = canaries[0],
            CertificatePassword = canaries[1],
            PasswordBossToken = canaries[2],
            Certificate = Encoding.UTF8.GetBytes(canaries[3]),
        });
        state.Store.SaveConnection(connection, new ConnectionSecrets { ClientSecret = canaries[4] });

        Assert.Empty(FilesWith(state.Root, canaries));

        // The same search finds texts that are stored unencrypted.
        Assert.NotEmpty(FilesWith(state.Root, connection.Name));
    }

    [Fact]
    public void An_error_about_decrypted_data_does_not_contain_it()
    {
        var protector = SecretProtection.For(state.Location);
        var connection = Connection();
        var binding = SecretBinding.Of(connection);

        var error = Refused(ErrorId.SecretUnreadable, () => SecretDocument.Unprotect(protector, connection, protector.Protect(binding, Encoding.UTF8.GetBytes("""{"clientSecret":"canary-7f3a"}}"""))));

        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [UnixFact]
    public void The_secrets_of_a_copied_state_folder_cannot_be_read_without_the_keys()
    {
        var connection = Connection("Contoso");
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        state.Store.Dispose();
        var elsewhere = Path.Combine(state.Root, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        foreach (var file in Directory.GetFiles(state.Location.Folder))
            File.Copy(file, Path.Combine(elsewhere, Path.GetFileName(file)));

        using var copy = new StateStore(new StateLocation(elsewhere, elsewhere + ".keys", isMachineWide: false), state.Clock);
        Unreadable(copy, connection);
        Assert.False(Directory.Exists(elsewhere + ".keys"));

        // With its own keys the copy stores and reads new secrets, but still cannot read the old ones.
        var other = Connection("Other");
        copy.SaveConnection(other, new ConnectionSecrets { PasswordBossToken = "new" });
        Unreadable(copy, connection);
        Assert.Equal("new", copy.ReadSecrets(other).PasswordBossToken);
    }

    [Fact]
    public void Altered_secrets_or_those_of_another_connection_are_not_read()
    {
        var one = Connection("One");
        var two = Connection("Two");
        state.Store.SaveConnection(one, new ConnectionSecrets { PasswordBossToken = "token-one" });
        state.Store.SaveConnection(two, new ConnectionSecrets { PasswordBossToken = "token-two" });
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("UPDATE connections SET secrets = (SELECT secrets FROM connections WHERE name = 'One') WHERE name = 'Two'");
        Unreadable(state.Store, two);

        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
        {
            var bytes = raw.Query("SELECT secrets FROM connections WHERE name = 'One'", row => (byte[])row.GetValue(0)).Single();
            bytes[^1] ^= 1;
            raw.Run("UPDATE connections SET secrets = $1 WHERE name = 'One'", bytes);
        }

        Unreadable(state.Store, one);
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("UPDATE connections SET secrets = x'00'");
        Unreadable(state.Store, one);
    }

    [Theory]
    [InlineData("'text'")]
    [InlineData("7")]
    [InlineData("1.5")]
    [InlineData("NULL")]
    public void Data_that_is_not_a_blob_is_not_read(string value)
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("UPDATE connections SET secrets = " + value);

        Unreadable(state.Store, connection);
        Assert.False(state.Store.IsSecretKeyMissing(connection));
    }

    [UnixFact]
    public void Keys_created_later_by_another_process_are_found()
    {
        var one = Connection("One");
        var two = Connection("Two");
        state.Store.SaveConnection(one, new ConnectionSecrets { PasswordBossToken = "one" });
        Assert.Equal("one", state.Store.ReadSecrets(one).PasswordBossToken);

        // Another process that saw no key yet would have made its own.
        var keys = Directory.GetFiles(state.Location.KeyFolder);
        foreach (var key in keys)
            File.Move(key, key + ".aside");
        using (var other = new StateStore(state.Location, state.Clock))
            other.SaveConnection(two, new ConnectionSecrets { PasswordBossToken = "two" });
        foreach (var key in keys)
            File.Move(key + ".aside", key);

        Assert.Equal("two", state.Store.ReadSecrets(two).PasswordBossToken);
        Assert.Equal("one", state.Store.ReadSecrets(one).PasswordBossToken);
    }

    [Fact]
    public async Task Secrets_are_stored_and_read_by_many_threads()
    {
        var connections = Enumerable.Range(0, 16).Select(i => Connection("Connection " + i)).ToArray();
        await Task.WhenAll(connections.Select(connection => Task.Run(() =>
        {
            state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = connection.Name });
            Assert.Equal(connection.Name, state.Store.ReadSecrets(connection).PasswordBossToken);
        })));
    }

    [UnixTheory]
    [InlineData(true, 0x1FF)] // 0777
    [InlineData(true, 0x1E8)] // 0750
    [InlineData(true, 0x1C1)] // 0701
    [InlineData(false, 0x1B6)] // 0666
    [InlineData(false, 0x1A0)] // 0640
    [InlineData(false, 0x184)] // 0604
    public void Keys_that_others_can_read_or_change_are_refused_at_every_use(bool isFolder, uint mode)
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        Assert.Equal("token", state.Store.ReadSecrets(connection).PasswordBossToken);
        var open = isFolder ? state.Location.KeyFolder : Assert.Single(Directory.GetFiles(state.Location.KeyFolder));
        var was = UnixFile.Find(open)!.Value.Mode & 0xFFF;
        Owners.SetMode(open, mode);

        // A store that has already read the keys, and one that has not.
        using var fresh = new StateStore(state.Location, state.Clock);
        foreach (var store in new[] { state.Store, fresh })
        {
            foreach (var use in new Action[] { () => store.ReadSecrets(connection), () => store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "other" }) })
            {
                var error = Refused(ErrorId.KeysOpenToOthers, use);
                Assert.Contains($"other users can read or change {open} (mode {Convert.ToString(mode, 8).PadLeft(4, '0')})", error.Message, StringComparison.Ordinal);
                Assert.Contains($"chmod go-rwx '{open}'", error.Recommendation.Render(), StringComparison.Ordinal);
            }
        }

        // The permissions are not corrected silently, because that would hide that another user may have read a key.
        Assert.Equal(mode, UnixFile.Find(open)!.Value.Mode & 0xFFF);
        Owners.SetMode(open, was);
        Assert.Equal("token", state.Store.ReadSecrets(connection).PasswordBossToken);
    }

    [RootFact]
    public void Keys_of_another_user_and_links_to_keys_are_refused()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        var key = Assert.Single(Directory.GetFiles(state.Location.KeyFolder));
        Owners.Give(key, 65534);
        var ofKey = Refused(ErrorId.StateFolderUnusable, () => state.Store.ReadSecrets(connection));
        Assert.StartsWith("The file " + key + " cannot be used for the state: it belongs to another user (65534).", ofKey.Message, StringComparison.Ordinal);
        Assert.StartsWith("Remove or move " + key, ofKey.Recommendation.Render(), StringComparison.Ordinal);
        Owners.Give(key, 0);
        Owners.Give(state.Location.KeyFolder, 65534);
        Assert.Contains("65534", Refused(ErrorId.StateFolderUnusable, () => state.Store.ReadSecrets(connection)).Message, StringComparison.Ordinal);
        Owners.Give(state.Location.KeyFolder, 0);
        File.Move(key, Path.Combine(state.Root, "elsewhere.xml"));
        File.CreateSymbolicLink(key, Path.Combine(state.Root, "elsewhere.xml"));
        Assert.Contains("it is a link", Refused(ErrorId.StateFolderUnusable, () => state.Store.ReadSecrets(connection)).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void The_parent_folders_of_the_keys_are_checked_at_every_use()
    {
        var connection = Connection();
        var above = Path.Combine(state.Root, "above");
        using var store = new StateStore(new StateLocation(state.Location.Folder, Path.Combine(above, "keys"), isMachineWide: false), state.Clock);
        store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        Assert.Equal("token", store.ReadSecrets(connection).PasswordBossToken);

        Owners.SetMode(above, 0x1FF);

        Assert.Contains(above + " (mode 0777)", Refused(ErrorId.StateFolderUnusable, () => store.ReadSecrets(connection)).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void An_unusable_key_folder_stores_nothing()
    {
        File.WriteAllText(state.Location.KeyFolder, "a file");

        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "t" }));

        Assert.False(File.Exists(state.Location.Database));
    }

    private static void Unreadable(StateStore store, ConnectionSettings connection)
    {
        var error = Refused(ErrorId.SecretUnreadable, () => store.ReadSecrets(connection));
        Assert.Contains("'" + connection.Name + "'", error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }
}
