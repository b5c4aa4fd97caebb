# Writes the MovieLens data set of Debian's r-cran-dslabs (100,004 ratings with timestamps, half stars, no demographics) in
# GroupLens' layout. Arguments: the package's data folder, the output folder.
folders <- commandArgs(TRUE)
lazyLoad(file.path(folders[1], "Rdata"), filter = function(name) name == "movielens")
dir.create(folders[2], showWarnings = FALSE)
quoted <- function(text) ifelse(grepl('[",]', text), paste0('"', gsub('"', '""', text), '"'), text)
movies <- unique(movielens[, c("movieId", "title", "year", "genres")])
movies <- movies[order(movies$movieId), ]
titles <- ifelse(is.na(movies$year), movies$title, paste0(movies$title, " (", movies$year, ")"))
writeLines(
  c("movieId,title,genres", paste(movies$movieId, quoted(enc2utf8(titles)), movies$genres, sep = ",")),
  file.path(folders[2], "movies.csv"), useBytes = TRUE
)
writeLines(
  c("userId,movieId,rating,timestamp",
    sprintf("%d,%d,%.1f,%d", movielens$userId, movielens$movieId, movielens$rating, movielens$timestamp)),
  file.path(folders[2], "ratings.csv")
)
