using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>The recommendations for errors of the operating system.</summary>
public class UnusableStateTests
{
    // ENOSPC, EDQUOT, ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL; EROFS, ERROR_WRITE_PROTECT; EACCES.
    [Theory]
    [InlineData(28, "Advice_DiskFull")]
    [InlineData(122, "Advice_DiskFull")]
    [InlineData(unchecked((int)0x80070070), "Advice_DiskFull")]
    [InlineData(unchecked((int)0x80070027), "Advice_DiskFull")]
    [InlineData(30, "Advice_ReadOnly")]
    [InlineData(unchecked((int)0x80070013), "Advice_ReadOnly")]
    [InlineData(13, "Fix_StateFolderUnusable")]
    public void The_recommendation_depends_on_the_cause(int code, string advice)
    {
        var error = UnusableState.Of("/state", code, "said.");

        Assert.Equal((ErrorId.StateFolderUnusable, advice, "/state"), (error.Id, error.Recommendation.Id, error.Target));
        Assert.Equal(advice != "Fix_StateFolderUnusable", UnusableState.OnlyForbidsWriting(error));
        Assert.Contains("/state", error.Render(), System.StringComparison.Ordinal);
        Assert.False(UnusableState.IsOfAnotherSchema(error));
    }

    [Fact]
    public void A_database_with_another_schema_is_not_quarantined()
    {
        var error = UnusableState.OfAnotherSchema("/state/state.db", "duplicate column name: run_number");

        Assert.Equal((ErrorId.StateDamaged, "Advice_StateSchema", "/state/state.db"), (error.Id, error.Recommendation.Id, error.Target));
        Assert.True(UnusableState.IsOfAnotherSchema(error));
        Assert.False(UnusableState.OnlyForbidsWriting(error));
        Assert.Contains("(duplicate column name: run_number)", error.Render(), System.StringComparison.Ordinal);
    }
}
