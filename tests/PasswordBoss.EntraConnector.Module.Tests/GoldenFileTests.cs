namespace PasswordBoss.EntraConnector.Module.Tests;

public class GoldenFileTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one\nTwo\n", 2, "two", "Two")]
    [InlineData("one\n", "one\ntwo\n", 2, "", "two")]
    [InlineData("one\ntwo", "one", 2, "two", "(no line)")]
    [InlineData("", "one\n", 1, "", "one")]
    [InlineData("one\n", "one \n", 1, "one", "one ")]
    [InlineData("\uFEFFone\n", "one\n", 1, "\uFEFFone", "one")]
    public void A_failure_names_the_file_the_first_different_line_and_how_to_update_it(string committed, string now, int line, string before, string after) =>
        Assert.Equal(
            $"x.txt differs in line {line}.\nCommitted: {before}\nNow:       {after}\nLines are only added.\n"
            + "If the change is meant, run the test with PBENTRA_TEST_RENEW_GOLDEN=1 and commit the file.",
            GoldenFile.FailureOf("x.txt", committed, now, "Lines are only added."));

    [Fact]
    public void The_same_text_is_no_failure() => Assert.Null(GoldenFile.FailureOf("x.txt", "one\n", "one\n", ""));
}
